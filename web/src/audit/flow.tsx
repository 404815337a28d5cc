// How far the units have come: one stream that leaves behind, stage by stage, what stopped there.
import type { UnitState, Units } from "../api/types";
import { stateName } from "../parts/words";
import { number, t } from "../shell/i18n";
import { useMedia } from "../shell/media";

/** What leaves the stream at each stage; the last stage has no stream beyond it. */
export const stages: readonly (readonly UnitState[])[] = [
  ["registered"], ["in_transit", "lost"], ["arrived", "held", "seized", "returned", "confiscated"],
  ["cleared"], ["delivered"], ["deployed", "recalled", "decommissioned"],
];

export interface Node { state: UnitState | null; units: number; stage: number; y: number; height: number }

/** The stream at the top of each column, and below it what stays there. */
export function layout(units: Units, height: number, gap: number): Node[] {
  const all = stages.flat().reduce((sum, state) => sum + units[state], 0);
  if (all === 0) return [];
  const scale = height / all;
  const nodes: Node[] = [{ state: null, units: all, stage: 0, y: 0, height }];
  let stream = all;
  stages.forEach((ends, stage) => {
    const staying = ends.filter((state) => units[state] > 0);
    stream -= staying.reduce((sum, state) => sum + units[state], 0);
    let y = 0;
    if (stream > 0) {
      nodes.push({ state: null, units: stream, stage: stage + 1, y, height: stream * scale });
      y += stream * scale + gap;
    }
    for (const state of staying) {
      const size = Math.max(1.5, units[state] * scale);
      nodes.push({ state, units: units[state], stage: stage + 1, y, height: size });
      y += Math.max(size + 10, gap);
    }
  });
  return nodes;
}

function ribbon(x0: number, y0: number, x1: number, y1: number, h0: number, h1: number): string {
  const middle = (x0 + x1) / 2;
  return `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}V${y1 + h1}` +
    `C${middle},${y1 + h1} ${middle},${y0 + h0} ${x0},${y0 + h0}Z`;
}

const tones: Partial<Record<UnitState, string>> = {
  registered: "registered", in_transit: "in_transit", arrived: "dock", held: "dock", seized: "dock",
  cleared: "cleared", delivered: "delivered", deployed: "deployed",
};

export function Flow({ units, summary }: { units: Units; summary: string }) {
  const small = useMedia("(max-width: 44rem)");
  const width = small ? 520 : 760;
  const column = (width - (small ? 110 : 130)) / 6;
  const nodes = layout(units, 150, small ? 44 : 36);
  if (!nodes.length) return <p class="note">{t("audit.nothing_yet")}</p>;
  const links = stages.flatMap((_, stage) => {
    const from = nodes.find((node) => node.state === null && node.stage === stage);
    let y = from?.y ?? 0;
    return from ? nodes.filter((node) => node.stage === stage + 1).map((node) => {
      const size = Math.max(.75, (node.units / from.units) * from.height);
      const d = ribbon(stage * column + 5, y, (stage + 1) * column, node.y, size, node.height);
      y += size;
      return { key: `${stage} ${node.state}`, d, tone: node.state ? tones[node.state] ?? "out" : "stream" };
    }) : [];
  });
  const height = Math.max(...nodes.map((node) => node.y + node.height)) + 34;
  return (
    <figure class="chart flow">
      <figcaption class="hidden-text">{summary}</figcaption>
      <svg viewBox={`0 -22 ${width} ${Math.max(300, height + 22)}`} role="img" aria-label={summary}>
        <defs>
          <pattern id="flow-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" class="band-dock-ground" /><line x1="0" y1="0" x2="0" y2="6" class="band-dock-line" />
          </pattern>
        </defs>
        {links.map((link) => <path key={link.key} class={`link link-${link.tone}`} d={link.d} />)}
        {nodes.map((node) => (
          <rect key={`${node.stage} ${node.state}`} class="node" x={node.stage * column} y={node.y}
            width="5" height={node.height} />
        ))}
        {nodes.filter((node) => node.state !== null).map((node) => (
          <text key={node.state} class="halo" x={node.stage * column + 11} y={node.y + Math.max(11, node.height / 2 + 4)}>
            {stateName(node.state ?? "")}
            <tspan class="strong" x={node.stage * column + 11} dy="1.15em">{number(node.units)}</tspan>
          </text>
        ))}
        <text class="halo" x="0" y="-8">{t("audit.all_units")} <tspan class="strong">{number(nodes[0]!.units)}</tspan></text>
      </svg>
    </figure>
  );
}
