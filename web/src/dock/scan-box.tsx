// The one box: a scanner, a paste or a hand. What stands in it also narrows the list below.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../shell/i18n";
import { scan_max } from "./scan";
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

const editable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, textarea, select");

/** Labels that are read while the focus is on nothing to write in. */
function useWedge(onScan: (text: string) => void): void {
  const act = useRef(onScan);
  act.current = onScan;
  useEffect(() => {
    const wedge = new Wedge();
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const label = wedge.key(event.key, event.timeStamp);
      if (label === null) return;
      if (editable(event.target)) return; // A field's own: it may have asked for the label.
      event.preventDefault();
      event.stopPropagation();
      act.current(label);
    };
    addEventListener("keydown", listen, true);
    return () => removeEventListener("keydown", listen, true);
  }, []);
}

const sign = (
  <svg class="scan-sign" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4M7 8v8M10.5 8v8M13.5 8v8M17 8v8" />
  </svg>
);

export function focusScan(): void {
  document.getElementById("scan")?.focus();
}

interface BoxProps {
  text: string;
  onText: (text: string) => void;
  scan: (text: string) => void;
}

function Box({ text, onText, scan }: BoxProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus();
  }, []);

  function paste(event: ClipboardEvent) {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (!/[\r\n]/.test(pasted.trim())) return;
    event.preventDefault(); // A box of one line would glue the lines together.
    const joined = plainText(pasted);
    onText(joined);
    scan(joined);
  }

  return (
    <input
      id="scan"
      ref={box}
      value={text}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      enterkeyhint="search"
      maxLength={scan_max}
      placeholder={t("dock.scan_hint")}
      aria-describedby="scan-message"
      onInput={(event) => onText(event.currentTarget.value)}
      onPaste={paste}
    />
  );
}

export function ScanBox({ text, onText, onScan, busy, message }: Props) {
  const [given, setGiven] = useState(0);
  useWedge(onScan);

  function scan(value: string) {
    if (!value.trim()) return;
    setGiven((count) => count + 1);
    onScan(value);
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    scan(form.querySelector<HTMLInputElement>("#scan")?.value ?? "");
  }

  return (
    <form class="scan" role="search" onSubmit={submit}>
      <label for="scan">{t("dock.scan_label")}</label>
      <div class="scan-line">
        {sign}
        <Box text={text} onText={onText} scan={scan} />
        <button class="primary" aria-busy={busy}>
          {t("dock.scan_go")}
        </button>
      </div>
      <p id="scan-message" class="scan-message" role="alert" key={given}>
        {message}
      </p>
    </form>
  );
}
