// What to do about a no, in the reader's language; fetched when there is one, as most days have none.
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api/client";
import { language, type Language } from "./i18n";

type Words = Record<string, string>;

const files: Record<Language, () => Promise<{ default: Words }>> = {
  en: () => import("../../i18n/en/remedy.json"),
  "zh-CN": () => import("../../i18n/zh-CN/remedy.json"),
};

const named = (words: Words): Words =>
  Object.fromEntries(Object.entries(words).map(([code, text]) => [`remedy.${code}`, text]));

/** The server's sentence where it is in the reader's language; else ours, and its own below. */
export function Remedy({ problem: { code, body } }: { problem: Problem }) {
  const [words, setWords] = useState<Words>({});
  const plain = body.detail !== undefined && language() === "en";
  useEffect(() => {
    // Out of reach, the title and the server's sentence must do.
    if (!plain) files[language()]().then((file) => setWords(named(file.default)), () => undefined);
  }, [plain]);
  const ours = plain ? undefined : words[`remedy.${code}`];
  return (
    <>
      {ours && <p>{ours}</p>}
      {body.detail && <p class={ours && "note"} lang="en">{body.detail}</p>}
    </>
  );
}
