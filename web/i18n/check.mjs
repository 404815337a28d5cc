// Every key that the sources name is in both languages, every key there is named, and both languages
// fill the same blanks. A template such as `state.${name}` names all keys that begin with "state.".
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const languages = ["en", "zh-CN"];

export function keysOf(web, language) {
  const folder = join(web, "i18n", language);
  const all = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const prefix = `${file.slice(0, -5)}.`;
    for (const [key, text] of Object.entries(JSON.parse(readFileSync(join(folder, file), "utf8"))))
      all.set(prefix + key, text);
  }
  return all;
}

function sourcesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !file.name.endsWith(".d.ts"))
    .map((file) => readFileSync(join(file.parentPath ?? file.path, file.name), "utf8"));
}

/** {n} is filled in every language; {n|unit|units} only chooses a word, which not all need. */
const blanks = (text) =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]))].sort().join();

export function checkKeys(web) {
  const [first, ...others] = languages.map((language) => [language, keysOf(web, language)]);
  const wrong = [];
  for (const [language, keys] of others) {
    for (const [key, text] of first[1]) {
      if (!keys.has(key)) wrong.push(`${language} has no ${key}`);
      else if (blanks(text) !== blanks(keys.get(key))) wrong.push(`${key}: the blanks differ`);
    }
    for (const key of keys.keys()) if (!first[1].has(key)) wrong.push(`${first[0]} has no ${key}`);
  }
  const areas = new Set([...first[1].keys()].map((key) => key.split(".")[0]));
  const used = new Set();
  const prefixes = new Set();
  for (const source of sourcesOf(join(web, "src"))) {
    for (const [, key] of source.matchAll(/["'`]([a-z]+\.[\w.-]+)["'`]/g))
      if (areas.has(key.split(".")[0])) used.add(key);
    for (const [, prefix] of source.matchAll(/`([a-z]+\.[\w.-]*)\$\{/g)) prefixes.add(prefix);
  }
  for (const key of used) if (!first[1].has(key)) wrong.push(`no language has ${key}`);
  for (const key of first[1].keys())
    if (!used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix)))
      wrong.push(`nothing names ${key}`);
  return wrong;
}
