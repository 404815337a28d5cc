// The commands of the documents, run as printed. A ```sh block is run; where a ```text block follows
// it at once, that is what it says, line by line. In a shown line, … stands for anything; a line of …
// alone for any lines. What is not to be run (it needs root, another machine) is ```console.
//
// All blocks of a document are one bash session in a folder of its own, beside a server. A document
// whose first block is `script/server …` gets that server; the others share the demo's.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ran, root } from "./server.mjs";

/** The fenced blocks of a document: { language, info, text, line, shown }. */
export function blocksOf(file) {
  const blocks = [];
  let open = null;
  let adjacent = false;
  readFileSync(file, "utf8").split("\n").forEach((line, index) => {
    const fence = line.match(/^```(\w*) ?(.*)$/);
    if (open && line === "```") {
      const shows = open.language === "text" && open.after;
      if (shows) open.after.shown = open.text;
      else blocks.push(open);
      adjacent = !shows;
      open = null;
    } else if (open) {
      open.text += `${line}\n`;
    } else if (fence) {
      const before = adjacent ? blocks.at(-1) : undefined;
      const after = before?.language === "sh" ? before : undefined;
      open = { language: fence[1], info: fence[2], text: "", line: index + 1, after };
    } else if (line.trim() !== "") {
      adjacent = false;
    }
  });
  return blocks;
}

/** The flags of the server that a document starts, or null; and the folder that it names. */
export function serverOf(blocks) {
  const first = blocks.find(({ language }) => language === "sh");
  const words = first?.text.trim().split(/\s+/) ?? [];
  if (words[0] !== "script/server") return null;
  const flags = words.slice(1);
  const at = flags.indexOf("--data");
  const data = at < 0 ? "data" : flags.splice(at, 2)[1];
  return { block: first, flags, data };
}

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** Whether the lines that were said are those that are shown. */
export function says(said, shown) {
  const pattern = shown.trimEnd().split("\n").map((line) => line.trim() === "…"
    ? "(?:.*\\n)*?"
    : `${line.trimEnd().split("…").map(literal).join(".*")}[ \\t]*\\n`);
  return new RegExp(`^${pattern.join("")}$`).test(`${said.trimEnd()}\n`);
}

const marker = "\u001e";  // Record separator: no command of a document prints it.

/** What is wrong with a document's commands: messages, none when all is as shown. */
export async function run(file, server) {
  const blocks = blocksOf(file);
  const own = serverOf(blocks);
  const commands = blocks.filter((block) => block !== own?.block &&
    (block.language === "sh" || (block.language === "sql" && block.info === "operator")));
  const here = join(server.folder, relative(root, file).replaceAll("/", "-"));
  mkdirSync(here);
  symlinkSync(server.data, join(here, own?.data ?? "data"));
  symlinkSync(join(root, "build"), join(here, "build"));
  const script = commands.map(({ language, text }, index) => `printf '${marker}${index}\\n'\n` +
    (language === "sql"
      ? `(set -a; . data/env; set +a; psql -qX -v ON_ERROR_STOP=1 <<'SQL'\n${text}SQL\n)\n`
      : text.replaceAll("localhost:8080", `localhost:${server.port}`))).join("");
  writeFileSync(join(here, "commands"), `shopt -s expand_aliases\n${script}printf '${marker}end\\n'\n`);
  const env = { ...process.env, PATH: `${join(root, "build/src")}:${process.env.PATH}`, NO_COLOR: "1" };
  const whole = await ran("bash", ["-euo", "pipefail", "commands"], { cwd: here, env });
  const parts = whole.stdout.split(marker).slice(1);
  const faults = [];
  const name = relative(root, file);
  parts.forEach((part) => {
    const [index, ...lines] = part.split("\n");
    const block = commands[index];
    const said = lines.join("\n").replaceAll(`localhost:${server.port}`, "localhost:8080");
    if (!block) return;
    if (block.shown !== undefined && !says(said, block.shown))
      faults.push(`${name}:${block.line}: shown:\n${block.shown}said:\n${said}`);
    if (block.shown === undefined && said.includes('"type":"/problems/'))
      faults.push(`${name}:${block.line}: refused:\n${said}`);
  });
  const last = parts.at(-1)?.split("\n")[0];
  if (whole.code !== 0 || last !== "end")
    faults.push(`${name}:${commands[last]?.line ?? 1}: ended with ${whole.code}:\n` +
      `${parts.at(-1) ?? ""}${whole.stderr}`);
  return { faults, commands: commands.length, shown: commands.filter(({ shown }) => shown).length };
}
