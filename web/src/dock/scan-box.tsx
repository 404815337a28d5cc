// The one box: a scanner, a paste or a hand. What stands in it also narrows the list below.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../shell/i18n";
import { plainText } from "./units";
import { Wedge } from "./wedge";

interface Props {
  text: string;
  onText: (text: string) => void;
  onScan: (text: string) => void;
  busy: boolean;
  /** What came of the last scan, when it led nowhere. */
  message: string | null;
}

const editable = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches("input, textarea, select");

/** Labels read while something else has the focus. In another field they are what it asked for. */
function useWedge(onScan: (text: string) => void): void {
  const act = useRef(onScan);
  act.current = onScan;
  useEffect(() => {
    const wedge = new Wedge();
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const label = wedge.key(event.key, event.timeStamp);
      if (label === null) return;
      const { target } = event;
      if (target instanceof HTMLElement && target.id === "scan") return;
      event.preventDefault();
      event.stopPropagation();
      if (editable(target)) target.closest("form")?.querySelector<HTMLElement>("button.primary")?.focus();
      else act.current(label);
    };
    addEventListener("keydown", listen, true);
    return () => removeEventListener("keydown", listen, true);
  }, []);
}

export function focusScan(): void {
  document.getElementById("scan")?.focus();
}

export function ScanBox({ text, onText, onScan, busy, message }: Props) {
  const box = useRef<HTMLInputElement>(null);
  const [given, setGiven] = useState(0);
  useWedge(onScan);
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement === null) box.current?.focus();
  }, []);

  function scan(value: string) {
    if (!value.trim()) return;
    setGiven((count) => count + 1);
    onScan(value);
  }

  return (
    <form class="scan" role="search" onSubmit={(event) => {
      event.preventDefault();
      scan(box.current?.value ?? "");
    }}>
      <label for="scan">{t("dock.scan_label")}</label>
      <div class="scan-line">
        <svg class="scan-sign" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4M7 8v8M10.5 8v8M13.5 8v8M17 8v8" />
        </svg>
        <input id="scan" ref={box} value={text} autocomplete="off" autocapitalize="off" spellcheck={false}
          enterkeyhint="search" maxLength={4096} placeholder={t("dock.scan_hint")}
          aria-describedby="scan-message"
          onInput={(event) => onText(event.currentTarget.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData?.getData("text") ?? "";
            if (!/[\r\n]/.test(pasted.trim())) return;
            event.preventDefault();  // A box of one line would glue the lines together.
            const joined = plainText(pasted);
            onText(joined);
            scan(joined);
          }} />
        <button class="primary" aria-busy={busy}>{t("dock.scan_go")}</button>
      </div>
      <p id="scan-message" class="scan-message" role="alert" key={given}>{message}</p>
    </form>
  );
}
