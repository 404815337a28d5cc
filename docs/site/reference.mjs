// Pages that are generated from the program and its schemas.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { escaped, members, sentence } from "../../api/reference.mjs";

/** Names under "Subcommands:" of a help text. */
function subcommandsOf(help) {
  const part = help.split(/^subcommands:\s*$/im)[1] ?? "";
  return [...part.matchAll(/^ {2}([a-z][a-z-]*)\s/gm)].map(([, name]) => name);
}

/** Help of every command and subcommand, as the program prints it. */
export function commandPage(said) {
  const sections = [];
  (function walk(path) {
    const help = said(...path, "--help").trimEnd();
    const name = ["chipledger", ...path].join(" ");
    sections.push(`<h2 id="${name.replaceAll(" ", "-")}"><code>${name}</code></h2>\n<pre>${escaped(help)}</pre>`);
    for (const sub of subcommandsOf(help)) walk([...path, sub]);
  })([]);
  return { place: "reference/commands.html", title: "Command line",
    html: `<h1>Command line</h1>
<p>What <code>--help</code> prints. Exit codes: 0 ok, 1 refused, 2 usage, 3 unreachable, 4 integrity
broken.</p>\n${sections.join("\n")}` };
}

/** Every setting of serve with its default. */
export function settingsPage(said) {
  const print = said("serve", "--print-config", "--database", "dbname=chipledger").trimEnd();
  return { place: "reference/settings.html", title: "Settings",
    html: `<h1>Settings</h1>
<p>Every setting has one name in three places: the flag <code>--name</code>, the variable
<code>CHIPLEDGER_NAME</code>, and the file <code>/etc/chipledger/chipledger.toml</code>; a flag wins over
the environment, the environment over the file. This is what
<code>chipledger serve --print-config</code> says when nothing but the database is told: a file that may
be taken as it is. What each means is in <a href="commands.html#chipledger-serve">its help</a>.</p>
<pre>${escaped(print)}</pre>` };
}

/** Every event with the members of its data. */
export function eventPage(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
  const schemas = files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  const events = schemas.filter(({ title }) => title !== undefined);
  const section = (schema) => `<section id="${schema.title}"><h2>${schema.title}</h2>
<p>${sentence(schema.description)}</p>${members(schema) || "<p>No members.</p>"}</section>`;
  return { place: "reference/events.html", title: "Events",
    html: `<h1>Events</h1>
<p>The members of each event's <code>data</code>, from the schemas in <code>api/events</code>, which are
made from the program's own descriptions. Who records an event is in <code>GET /v1/event-types</code>.</p>
<ul class="columns">${events.map(({ title }) => `<li><a href="#${title}">${title}</a></li>`).join("")}</ul>
${events.map(section).join("\n")}` };
}
