import { useState } from "preact/hooks";
import { t } from "../shell/i18n";

/** Copies without a secure context too. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** The command that asks for the same thing; the token stays out of it. */
export const curlOf = (path: string): string =>
  `curl -sS -H "Authorization: Bearer $TOKEN" '${location.origin}${path}'`;

export function CopyAsCurl({ path }: { path: string }) {
  const [said, setSaid] = useState("");
  return (
    <div class="curl screen-only">
      <code tabIndex={0}>{curlOf(path)}</code>
      <button type="button" onClick={async () =>
        setSaid(await copy(curlOf(path)) ? t("shell.copied") : t("shell.not_copied"))}>
        {t("shell.copy_curl")}
      </button>
      <span role="status" class="note">{said}</span>
    </div>
  );
}
