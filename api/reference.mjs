// The API's description as one static page, without a script: what GET /api/ answers.
// usage: node api/reference.mjs TARGET.html
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
export const description = () => JSON.parse(readFileSync(here("openapi.json"), "utf8"));

export const escaped = (text) => String(text)
  .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
  .replaceAll("://", ":&#47;&#47;");  // Of an example. One that stands plain is one that the page loads.
/** A sentence of a description: its `code` and its addresses of schemas are marked. */
export const sentence = (text) => escaped(text ?? "").replace(/`([^`]+)`/g, "<code>$1</code>");

const named = (reference) => reference.split("/").at(-1);
const link = (reference) => `<a href="#schema-${named(reference)}">${named(reference)}</a>`;

/** "integer ≥ 1", "Balance[]", "string or null": what a value must be, in a few words. */
export function kind(schema) {
  if (schema === true || schema === undefined) return "anything";
  if (schema.$ref) return link(schema.$ref);
  for (const word of ["anyOf", "oneOf"])
    if (schema[word]) return schema[word].map(kind).join(" or ");
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((one) => `<code>${escaped(one)}</code>`).join(" | ");
  if (schema.type === "array") return `list of ${kind(schema.items)}`;
  if (schema.type === "object" && schema.additionalProperties?.constructor === Object)
    return `map of ${kind(schema.additionalProperties)}`;
  const bounds = [];
  if (schema.minimum !== undefined) bounds.push(`≥ ${schema.minimum}`);
  if (schema.maximum !== undefined) bounds.push(`≤ ${schema.maximum}`);
  const type = [schema.type ?? "anything"].flat().join(" or ");
  return [schema.format ?? type, ...bounds].join(" ");
}

/** A row for each member, those of objects within it indented by their path. */
export function rows(schema, path = "") {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const full = path + name;
    const inner = member.type === "array" ? member.items : member;
    const more = inner?.properties ? rows(inner, `${full}${member.type === "array" ? "[]" : ""}.`) : "";
    return `<tr><td><code>${escaped(full)}</code></td><td>${kind(member)}</td>` +
      `<td>${required.has(name) ? "always" : ""}</td><td>${sentence(member.description)}</td></tr>${more}`;
  }).join("\n");
}

const table = (heads, body) => body
  && `<div class="wide"><table><thead><tr>${heads.map((one) => `<th>${one}</th>`).join("")}</tr></thead>` +
    `<tbody>${body}</tbody></table></div>`;
export const members = (schema) => table(["Member", "Is", "There", "Means"], rows(schema));

const shown = (example) =>
  escaped(typeof example === "string" ? example : JSON.stringify(example, null, 2));

function content(media) {
  return Object.entries(media ?? {}).map(([type, { schema, example }]) =>
    `<p><code>${escaped(type)}</code>: ${kind(schema)}</p>${schema?.properties ? members(schema) : ""}` +
    (example === undefined ? "" : `<details><summary>Example</summary><pre>${shown(example)}</pre></details>`))
    .join("\n");
}

function operation(api, path, method, one) {
  const found = (part) => part.$ref ? api.components[part.$ref.split("/")[2]][named(part.$ref)] : part;
  const parameters = (one.parameters ?? []).map(found).map((parameter) =>
    `<tr><td><code>${escaped(parameter.name)}</code></td><td>${parameter.in}</td>` +
    `<td>${kind(parameter.schema)}${parameter.required ? ", needed" : ""}</td>` +
    `<td>${sentence(parameter.description)}</td></tr>`).join("\n");
  const answers = Object.entries(one.responses).map(([status, response]) => {
    const { description: about, content: media, headers } = found(response);
    const extra = Object.entries(headers ?? {}).map(([name, header]) =>
      `<p>Header <code>${name}</code>: ${sentence(header.description)}</p>`).join("");
    return response.$ref
      ? `<dt>${status}</dt><dd><a href="#response-${named(response.$ref)}">${sentence(about)}</a></dd>`
      : `<dt>${status}</dt><dd>${sentence(about)}${extra}${content(media)}</dd>`;
  }).join("\n");
  return `<section class="operation" id="${one.operationId}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p><strong>${sentence(one.summary)}.</strong> ${sentence(one.description)}
${one.security?.length === 0 ? "Public: no token." : ""}</p>
${table(["Parameter", "In", "Is", "Means"], parameters)}
${one.requestBody ? `<h4>Body</h4>${content(one.requestBody.content)}` : ""}
<h4>Answers</h4><dl>${answers}</dl></section>`;
}

/** The page between its header and its end, for this server and for the documentation's site. */
export function referenceBody(api) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ path, method, one })));
  const groups = api.tags.map((tag) => {
    const own = operations.filter(({ one }) => one.tags[0] === tag.name);
    return { ...tag, own };
  });
  const contents = groups.map(({ name, description: about, own }) =>
    `<li><a href="#group-${name}">${sentence(about)}</a><ul>${own.map(({ path, method, one }) =>
      `<li><a href="#${one.operationId}">${method.toUpperCase()} ${escaped(path)}</a></li>`).join("")}</ul></li>`);
  const sections = groups.map(({ name, description: about, own }) =>
    `<h2 id="group-${name}">${sentence(about)}</h2>\n` +
    own.map(({ path, method, one }) => operation(api, path, method, one)).join("\n"));
  const problems = Object.entries(api.components.responses).map(([name, response]) =>
    `<section id="response-${name}"><h3>${sentence(response.description)}</h3>${content(response.content)}</section>`);
  const schemas = Object.entries(api.components.schemas).map(([name, schema]) =>
    `<section id="schema-${name}"><h3>${name}</h3><p>${sentence(schema.description)}</p>` +
    `${schema.properties ? members(schema) : `<p>${kind(schema)}</p>`}</section>`);
  return `<p>${sentence(api.info.description)} Version ${escaped(api.info.version)}.</p>
<nav class="contents" aria-label="Operations"><ul>${contents.join("\n")}
<li><a href="#problems">Problems</a></li><li><a href="#schemas">Schemas</a></li></ul></nav>
${sections.join("\n")}
<h2 id="problems">Problems</h2>\n${problems.join("\n")}
<h2 id="schemas">Schemas</h2>\n${schemas.join("\n")}`;
}

function page(api) {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(api.info.title)}: API</title><link rel="stylesheet" href="/api/reference.css"></head>
<body><main><h1>${escaped(api.info.title)}: API</h1>
<p>For programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI ${api.openapi}); the members of
each event's <code>data</code> are in <code>/api/events/TYPE.json</code> and, with who records it, in
<a href="/v1/event-types">the catalogue</a>.</p>
${referenceBody(api)}
</main></body></html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(process.argv[2], page(description()));
