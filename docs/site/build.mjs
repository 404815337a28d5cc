// Builds the documentation as a site: static pages, no script, no foreign origin, to be opened from
// disk or put behind any server. usage: node docs/site/build.mjs TARGET CHIPLEDGER
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import markdown from "markdown-it";
import { description, referenceBody } from "../../api/reference.mjs";
import { faultsOf } from "./check.mjs";
import { commandPage, eventPage, settingsPage } from "./reference.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [target, chipledger] = process.argv.slice(2);
if (!target || !chipledger) {
  console.error("usage: node docs/site/build.mjs TARGET CHIPLEDGER");
  process.exit(2);
}

/** The address of a heading, as GitHub makes it. */
const slug = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");

// ---- pages: path of the source in the repository → path in the site ----
const sources = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs"), { recursive: true })
  .filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)].sort();
const placeOf = (source) => source === "README.md" ? "start.html"
  : source.replace(/^docs\//, "").replace(/(^|\/)README\.md$/, "$1index.html").replace(/\.md$/, ".html").toLowerCase();
const places = new Map(sources.map((source) => [source, placeOf(source)]));
places.set("docs/decisions", "decisions/index.html");
places.set("api/openapi.json", "reference/openapi.json");
places.set("api/events", "reference/events.html");

/** Where a link of a source leads in the site; what is outside it is an error here, not for a reader. */
function resolved(source, href) {
  if (/^([a-z]+:|#)/.test(href)) return href;
  const [path, anchor] = href.split("#");
  const wanted = posix.join(posix.dirname(source), path).replace(/\/$/, "");
  const place = places.get(wanted) ?? (wanted.startsWith("docs/img/") ? wanted.slice(5) : undefined);
  if (place === undefined) throw new Error(`${source}: ${href} is no page of the site`);
  const from = posix.dirname(places.get(source));
  return posix.relative(from, place) + (anchor === undefined ? "" : `#${anchor}`);
}

function rendered(source) {
  const md = markdown({ html: false, linkify: false });
  md.core.ruler.push("links and anchors", ({ tokens }) => {
    const seen = new Map();
    tokens.forEach((token, index) => {
      if (token.type === "heading_open") {
        const name = slug(tokens[index + 1].children.filter(({ type }) => type === "text" || type === "code_inline")
          .map(({ content }) => content).join(""));
        const times = seen.get(name) ?? 0;
        seen.set(name, times + 1);
        token.attrSet("id", times === 0 ? name : `${name}-${times}`);
      }
      for (const part of token.children ?? [])
        for (const attribute of ["href", "src"])
          if (part.attrGet(attribute) !== null) part.attrSet(attribute, resolved(source, part.attrGet(attribute)));
    });
  });
  md.renderer.rules.table_open = () => '<div class="wide"><table>\n';
  md.renderer.rules.table_close = () => "</table></div>\n";
  return md.render(readFileSync(join(root, source), "utf8"));
}

const titleOf = (html) => html.match(/<h1[^>]*>(.*?)<\/h1>/s)?.[1].replace(/<[^>]+>/g, "") ?? "chipledger";

// ---- everything with its place, title and content ----
const pages = sources.map((source) => {
  const html = rendered(source);
  return { place: places.get(source), title: titleOf(html), html };
});
const decisions = pages.filter(({ place }) => place.startsWith("decisions/"));
pages.push({ place: "decisions/index.html", title: "Decisions", html: "<h1>Decisions</h1>\n<p>Why it is as it is.</p><ul>" +
  decisions.map(({ place, title }) => `<li><a href="${basename(place)}">${title}</a></li>`).join("\n") + "</ul>" });
pages.push({ place: "reference/api.html", title: "API",
  html: `<h1>API</h1><p>For programs: <a href="openapi.json">openapi.json</a>.</p>${referenceBody(description())}` });

/** What the program itself says, on stdout; a failure ends the build. */
function said(...args) {
  const ran = spawnSync(chipledger, args, { encoding: "utf8", env: { PATH: process.env.PATH, CHIPLEDGER_CONFIG: "/dev/null" } });
  if (ran.status !== 0) throw new Error(`${chipledger} ${args.join(" ")}: ${ran.error ?? ran.stderr}`);
  return ran.stdout;
}
pages.push(commandPage(said), settingsPage(said), eventPage(join(root, "api/events")));

// ---- navigation: the four kinds of documentation ----
const howTo = pages.filter(({ place }) => place.startsWith("how-to/")).map(({ place }) => place);
const menu = [
  ["Learn", ["start.html", "tutorial.html"]],
  ["Do", ["cookbook.html", ...howTo, "operations.html"]],
  ["Look up", ["reference/api.html", "reference/events.html", "problems.html", "reference/settings.html", "reference/commands.html"]],
  ["Understand", ["concepts.html", "design.html", "trust.html", "decisions/index.html", "contributing.html"]],
];
const byPlace = new Map(pages.map((page) => [page.place, page]));
const rest = pages.map(({ place }) => place).filter((place) => place !== "index.html" &&
  !place.startsWith("decisions/") && !menu.some(([, own]) => own.includes(place)));
if (rest.length > 0) menu.push(["More", rest]);

function page({ place, title, html }) {
  const up = posix.relative(posix.dirname(place), ".") || ".";
  const groups = menu.map(([name, own]) => `<h2>${name}</h2><ul>${own.map((one) => {
    const here = one === place ? ' aria-current="page"' : "";
    return `<li><a href="${up}/${one}"${here}>${byPlace.get(one).title}</a></li>`;
  }).join("")}</ul>`).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'">
<title>${title === "chipledger" ? title : `${title} · chipledger`}</title>
<link rel="stylesheet" href="${up}/reference.css"><link rel="stylesheet" href="${up}/site.css"></head>
<body><a class="skip" href="#content">To the content</a>
<nav class="menu" aria-label="Pages"><p><a href="${up}/index.html">chipledger</a></p>
${groups}</nav>
<main id="content">
${html}
</main></body></html>
`;
}

if (existsSync(target)) rmSync(target, { recursive: true });
for (const one of pages) {
  mkdirSync(join(target, dirname(one.place)), { recursive: true });
  writeFileSync(join(target, one.place), page(one));
}
cpSync(join(root, "docs/img"), join(target, "img"), { recursive: true });
cpSync(join(root, "api/openapi.json"), join(target, "reference/openapi.json"));
cpSync(join(root, "api/reference.css"), join(target, "reference.css"));
cpSync(join(root, "docs/site/site.css"), join(target, "site.css"));

const faults = faultsOf(target);
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.log(`${pages.length} pages in ${relative(process.cwd(), target) || target}, every link leads somewhere`);
