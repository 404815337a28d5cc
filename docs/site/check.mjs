// Whether every link of a built site leads somewhere, without a network, and nothing in it is a script
// or comes from elsewhere.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ids = new Map();
function idsOf(file) {
  if (!ids.has(file)) {
    const html = readFileSync(file, "utf8");
    ids.set(file, new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)));
  }
  return ids.get(file);
}

/** One line for each fault; none for a sound site. */
export function faultsOf(site) {
  const faults = [];
  const files = readdirSync(site, { recursive: true }).filter((name) => name.endsWith(".html"));
  for (const name of files) {
    const file = join(site, name);
    const html = readFileSync(file, "utf8");
    if (/<script|\son[a-z]+=|<iframe/i.test(html.replace(/<pre>.*?<\/pre>/gs, "")))
      faults.push(`${name}: a script`);
    for (const [, attribute, address] of html.matchAll(/ (href|src)="([^"]*)"/g)) {
      if (/^https?:/.test(address)) {
        if (attribute === "src" || html.includes(`<link rel="stylesheet" href="${address}"`))
          faults.push(`${name}: ${address} is another origin's`);
        continue;
      }
      const [path, anchor] = address.split("#");
      const target = path === "" ? file : join(dirname(file), decodeURIComponent(path));
      if (!existsSync(target)) faults.push(`${name}: ${address}: there is no ${relative(site, target)}`);
      else if (anchor && !idsOf(target).has(decodeURIComponent(anchor)))
        faults.push(`${name}: ${address}: there is no #${anchor}`);
    }
    const seen = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    for (const id of new Set(seen.filter((one, index) => seen.indexOf(one) !== index)))
      faults.push(`${name}: #${id} is there twice`);
  }
  return faults;
}
