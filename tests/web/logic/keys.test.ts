// The check that the build makes of the languages' keys finds what it is there to find.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkKeys } from "../../../web/i18n/check.mjs";

const web = fileURLToPath(new URL("../../../web", import.meta.url));
let copy = "";
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "keys-"));
  for (const folder of ["src", "i18n"]) cpSync(join(web, folder), join(copy, folder), { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true }));

function change(language: string, act: (keys: Record<string, string>) => void) {
  const file = join(copy, "i18n", language, "shell.json");
  const keys = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  act(keys);
  writeFileSync(file, JSON.stringify(keys));
}

it("is content with what is there", () => expect(checkKeys(copy)).toEqual([]));
it("finds a key that one language lacks", () => {
  change("zh-CN", (keys) => { delete keys.live; });
  expect(checkKeys(copy)).toEqual(["zh-CN has no shell.live"]);
});
it("finds a key that no source names", () => {
  for (const language of ["en", "zh-CN"]) change(language, (keys) => { keys.nobody = "x"; });
  expect(checkKeys(copy)).toEqual(["nothing names shell.nobody"]);
});
it("finds a key that no language has", () => {
  writeFileSync(join(copy, "src", "more.ts"), 't("shell.unheard_of")');
  expect(checkKeys(copy)).toEqual(["no language has shell.unheard_of"]);
});
it("finds blanks that differ", () => {
  change("zh-CN", (keys) => { keys.entry = "第 {place} 条"; });
  expect(checkKeys(copy)).toEqual(["shell.entry: the blanks differ"]);
});
