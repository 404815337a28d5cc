// The shapes of a chart whose bands lie one on the other.

/** One on the other: of each band its lower and upper edge at each row. */
export function layersOf(rows: Record<string, number>[], names: string[]): [number, number][][] {
  const tops = rows.map(() => 0);
  return names.map((name) => rows.map((row, i) => {
    const low = tops[i] ?? 0;
    return [low, (tops[i] = low + (row[name] ?? 0))];
  }));
}

interface Edge { x: number; low: number; high: number }

/** A band that keeps its height until the next edge: along the top, and back below. */
export function stepped(edges: Edge[]): string {
  const [first, ...rest] = edges;
  if (!first) return "";
  const top = rest.map(({ x, high }) => `H${x}V${high}`).join("");
  const back = edges.slice(0, -1).reverse().map(({ x, low }) => `V${low}H${x}`).join("");
  return `M${first.x},${first.high}${top}${back}Z`;
}
