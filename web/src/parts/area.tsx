// Units by state over time, one on the other, under the line of the cap.
import type { UnitState, Units } from "../api/types";
import { useMedia } from "../shell/media";
import { day, isoDay, number, t, known } from "../shell/i18n";
import { layersOf, stepped } from "./layers";

export interface Point { at: number; iso: string; units: Units }

/** What is drawn together; from the bottom up. The last words are said in the table alone. */
export const bands: readonly { name: string; states: readonly UnitState[] }[] = [
  { name: "deployed", states: ["deployed"] },
  { name: "delivered", states: ["delivered"] },
  { name: "cleared", states: ["cleared"] },
  { name: "dock", states: ["arrived", "held", "seized"] },
  { name: "in_transit", states: ["in_transit"] },
  { name: "registered", states: ["registered"] },
];

type Row = Record<string, number>;

const sum = (units: Units, states: readonly UnitState[]): number =>
  states.reduce((total, state) => total + units[state], 0);
export const rowOf = (units: Units): Row =>
  Object.fromEntries(bands.map((band) => [band.name, sum(units, band.states)]));
const totalOf = (row: Row): number => Object.values(row).reduce((a, b) => a + b, 0);

export function bandName(name: string): string {
  const key = `word.band_${name}`;
  return known(key) ? t(key) : name;
}

const wide = { width: 960, height: 300, right: 168 };
const narrow = { width: 460, height: 330, right: 142 };
const room = { left: 4, top: 26, bottom: 28 };

/** Months that begin within, for the axis. */
export function monthsWithin(from: number, to: number): number[] {
  const months: number[] = [];
  const at = new Date(from);
  for (let month = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1); month < to;) {
    months.push(month);
    const next = new Date(month);
    month = Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1);
  }
  return months;
}

/** Labels that want these heights, moved apart just enough not to touch; the order stays. */
export function apart(wanted: number[], least: number, lowest: number): number[] {
  const placed: number[] = [];
  for (const y of [...wanted].sort((a, b) => b - a))
    placed.push(Math.min(y, (placed.at(-1) ?? lowest + least) - least));
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => b.y - a.y);
  const result = new Array<number>(wanted.length);
  order.forEach(({ i }, rank) => { result[i] = placed[rank] ?? 0; });
  return result;
}

function Twin({ points, caption }: { points: Point[]; caption: string }) {
  const last = points.at(-1);
  const days = new Map<string, Point>();
  for (const point of points) days.set(isoDay(point.iso).slice(0, 7), point);  // The month's last.
  const rows = [...days.values()];
  if (!last) return null;
  return (
    <details class="twin">
      <summary>{t("shell.as_table")}</summary>
      <div class="wide" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption>{caption}</caption>
          <thead><tr>
            <th scope="col">{t("shell.day")}</th>
            {bands.map((band) => <th key={band.name} scope="col" class="number">{bandName(band.name)}</th>)}
            <th scope="col" class="number">{t("shell.total")}</th>
          </tr></thead>
          <tbody>{rows.map((point) => {
            const row = rowOf(point.units);
            return (
              <tr key={point.iso}>
                <th scope="row">{day(point.iso)}</th>
                {bands.map((band) => <td key={band.name} class="number">{number(row[band.name] ?? 0)}</td>)}
                <td class="number">{number(totalOf(row))}</td>
              </tr>
            );
          })}</tbody>
        </table>
      </div>
    </details>
  );
}

interface Props {
  points: Point[];
  /** What the tier may have, from that moment on. */
  caps: { at: number; units: number }[];
  until: number;
  summary: string;
  caption: string;
}

export function AreaChart({ points, caps, until, summary, caption }: Props) {
  const { width, height, right } = useMedia("(max-width: 44rem)") ? narrow : wide;
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const rows = points.map((point) => ({ at: point.at, ...rowOf(point.units) }) as Row & { at: number });
  rows.push({ ...rows.at(-1), at: until } as Row & { at: number });
  const most = Math.max(1, ...points.map((point) => totalOf(rowOf(point.units))));
  const capNow = caps.at(-1)?.units ?? 0;
  const top = Math.max(most * 1.12, capNow < most * 2.6 ? capNow * 1.06 : 0);
  const x = (at: number) =>
    room.left + ((at - first.at) / Math.max(1, until - first.at)) * (width - room.left - right);
  const y = (units: number) => height - room.bottom - (units / top) * (height - room.top - room.bottom);
  const layers = layersOf(rows, bands.map((band) => band.name));
  const tenth = (size: number) => Math.round(size * 10) / 10;
  const shape = (layer: [number, number][]) => stepped(layer.map(([low, high], i) =>
    ({ x: tenth(x(rows[i]!.at)), low: tenth(y(low)), high: tenth(y(high)) })));
  const end = x(until);
  const now = rowOf(last.units);
  const shown = bands.map((band, i) => ({ name: band.name, layer: layers[i]! }))
    .filter(({ name }) => (now[name] ?? 0) > 0);
  const heights = apart(shown.map(({ layer }) => {
    const tip = layer.at(-1)!;
    return y((tip[0] + tip[1]) / 2) + 4;
  }), 17, height - room.bottom);
  const capped = caps.filter((cap) => cap.units <= top);
  return (
    <figure class="chart">
      <figcaption>{summary}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
        <defs>
          <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" class="band-dock-ground" /><line x1="0" y1="0" x2="0" y2="6" class="band-dock-line" />
          </pattern>
        </defs>
        {monthsWithin(first.at, until).map((month) => (
          <g key={month} class="axis">
            <line x1={x(month)} x2={x(month)} y1={room.top} y2={height - room.bottom} />
            <text x={x(month)} y={height - 8}>{day(new Date(month).toISOString()).replace(/,? ?\d{4}年?/, "")}</text>
          </g>
        ))}
        {bands.map(({ name }, i) => (
          <path key={name} class={`band band-${name}`} d={shape(layers[i]!)} />
        ))}
        {shown.map(({ name, layer }, i) => (
          <g key={name} class="band-label">
            <line x1={end} x2={end + 10} y1={y((layer.at(-1)![0] + layer.at(-1)![1]) / 2)} y2={heights[i]! - 4} />
            <text x={end + 14} y={heights[i]}>{bandName(name)} <tspan class="strong">{number(now[name] ?? 0)}</tspan></text>
          </g>
        ))}
        {capped.map((cap, i) => {
          const from = x(Math.max(first.at, cap.at));
          const to = x(caps[caps.indexOf(cap) + 1]?.at ?? until);
          return (
            <g key={i} class="cap">
              <line x1={from} x2={to} y1={y(cap.units)} y2={y(cap.units)} />
              <text x={from + 4} y={y(cap.units) - 6}>{t("shell.cap", { units: cap.units })}</text>
            </g>
          );
        })}
      </svg>
      <Twin points={points} caption={caption} />
    </figure>
  );
}
