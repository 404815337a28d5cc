import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../shell/i18n";

interface Props {
  title: string;
  close: () => void;
  side?: boolean;
  children: ComponentChildren;
}

/** Straight to what must still be said, or to the button that goes on. */
function toWork(dialog: HTMLDialogElement | null): void {
  const needed = [...dialog?.querySelectorAll<HTMLInputElement>("form [required]") ?? []];
  const empty = needed.find((field) => !field.value);
  (empty ?? dialog?.querySelector<HTMLElement>("form button.primary"))?.focus();
}

/** A dialog of the browser's own: Escape, focus and the page behind it are its business. */
export function Dialog({ title, close, side, children }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    toWork(dialog);
    return () => dialog?.close();  // Which gives the focus back to where it was.
  }, []);
  return (
    <dialog ref={box} class={side ? "side" : ""} aria-labelledby="dialog-title"
      onCancel={(event) => { event.preventDefault(); close(); }}
      onClick={(event) => { if (event.target === box.current) close(); }}>
      <div class="dialog-body">
        <div class="dialog-head">
          <h2 id="dialog-title" tabIndex={-1}>{title}</h2>
          <button type="button" class="quiet" onClick={close}>{t("shell.close")}</button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
