// Small line charts as SVG, one panel a figure, over sizes that grow tenfold.
const panel = { width: 220, height: 150, left: 44, right: 16, top: 30, bottom: 26 };

const short = (n) =>
  n >= 1e6 ? `${n / 1e6}M` : n >= 1e3 ? `${Math.round(n / 1e3)}k` : n >= 10 ? n.toFixed(0) : n.toFixed(1);

/** One figure: {title, points: [[size, value], …]}; its scale begins at nought. */
function drawn({ title, points }, at) {
  const { width, height, left, right, top, bottom } = panel;
  const sizes = points.map(([size]) => Math.log10(size));
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const most = Math.max(...points.map(([, value]) => value)) * 1.15 || 1;
  const x = (size) =>
    left + (high > low ? (Math.log10(size) - low) / (high - low) : 0.5) * (width - left - right);
  const y = (value) => height - bottom - (value / most) * (height - top - bottom);
  const place = ([size, value]) => `${x(size).toFixed(1)},${y(value).toFixed(1)}`;
  const base = height - bottom;
  return `<g transform="translate(${at * width} 0)">
<text x="${left - 32}" y="16" font-weight="bold">${title}</text>
<path d="M${left} ${base}H${width - right}" stroke="#888"/>
<polyline points="${points.map(place).join(' ')}" fill="none" stroke="#1f6feb" stroke-width="2"/>
${points
  .map(
    ([size, value]) => `<circle cx="${x(size)}" cy="${y(value)}" r="3" fill="#1f6feb"/>
<text x="${x(size)}" y="${y(value) - 8}" text-anchor="middle">${short(value)}</text>
<text x="${x(size)}" y="${base + 16}" text-anchor="middle">${short(size)}</text>`,
  )
  .join('\n')}
</g>`;
}

/** All figures side by side, on white. */
export const charts = (figures) => `<svg xmlns="http://www.w3.org/2000/svg" \
viewBox="0 0 ${panel.width * figures.length} ${panel.height}" \
font-family="sans-serif" font-size="11" role="img">
<rect width="100%" height="100%" fill="#fff"/>
${figures.map(drawn).join('\n')}
</svg>
`;
