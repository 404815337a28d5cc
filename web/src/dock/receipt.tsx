// After the act: a reference to read out, a code to scan, and where the item is now.
import { useEffect, useState } from "preact/hooks";
import { ask } from "../api/client";
import type { Entry, Page } from "../api/types";
import { eventName } from "../parts/words";
import { hrefOf } from "../shell/address";
import { moment, number, t } from "../shell/i18n";
import { useAsked } from "../shell/asked";
import { titleOf } from "../shell/problem";
import { Problem } from "../api/client";
import { linkOf } from "./reference";
import type { Kept } from "./store";

function Code({ text }: { text: string }) {
  const [svg, setSvg] = useState<{ path: string; size: number } | null>(null);
  useEffect(() => {
    let gone = false;
    import("./code").then(
      ({ drawn, pathOf }) => {
        const code = drawn(text);
        if (!gone) setSvg({ path: pathOf(code), size: code.size });
      },
      () => {},
    ); // Without a signal and never loaded before: the reference says the same.
    return () => {
      gone = true;
    };
  }, [text]);
  if (!svg) return <div class="code" aria-hidden="true" />;
  const quiet = 4;
  const box = svg.size + 2 * quiet;
  return (
    <svg
      class="code"
      viewBox={`${-quiet} ${-quiet} ${box} ${box}`}
      role="img"
      aria-label={t("dock.code_label")}
    >
      <rect class="code-ground" x={-quiet} y={-quiet} width={box} height={box} />
      <path class="code-ink" d={svg.path} shape-rendering="crispEdges" />
    </svg>
  );
}

/** Where an item is, as a sign and words: never by colour alone. */
export function Progress({ item, held }: { item: Kept; held: boolean }) {
  const state = item.state === "waiting" && held ? "held_up" : item.state;
  const words =
    item.state === "recorded"
      ? t("dock.is_recorded", { position: number(item.position ?? 0) })
      : t(`dock.is_${state}`);
  return (
    <span class={`progress progress-${state}`}>
      <span class="sign" aria-hidden="true" />
      {words}
    </span>
  );
}

export function actWords(item: Pick<Kept, "act" | "units">): string {
  return t(`dock.done_${item.act}`, { units: item.units });
}

interface Props {
  item: Kept;
  held: boolean;
}

export function Receipt({ item, held }: Props) {
  const link = linkOf(location.origin, item.shipment, item.ref);
  const refused =
    item.state === "refused" && item.problem
      ? titleOf(new Problem(item.problem.status ?? 422, item.problem))
      : null;
  return (
    <section class="dock-receipt" aria-labelledby="receipt-title">
      <div class="receipt-words">
        <h1 id="receipt-title">{actWords(item)}</h1>
        <p class="receipt-about">
          {item.shipment} · {moment(item.made_at)}
        </p>
        <p class="note">{t("dock.reference")}</p>
        <p class="reference">{item.ref}</p>
        <p role="status">
          <Progress item={item} held={held} />
        </p>
        {refused && <p class="bad">{refused}</p>}
        {item.state === "waiting" && <p class="note">{t("dock.waiting_note")}</p>}
        <p class="receipt-next">
          <a class="dock-link" href={hrefOf({ ref: null })}>
            {t("dock.same_shipment", { shipment: item.shipment })}
          </a>
          <button type="button" class="screen-only" onClick={() => print()}>
            {t("dock.print")}
          </button>
        </p>
      </div>
      <Code text={link} />
    </section>
  );
}

/** A receipt of another device: its entry bears the reference. */
export function ForeignReceipt({ shipment, reference }: { shipment: string; reference: string }) {
  const asked = useAsked<Page<Entry>>(
    `/v1/events?subject=shipment:${encodeURIComponent(shipment)}&order=desc&limit=200`,
    false,
    (path, signal) => ask(path, { signal }),
  );
  const entry = asked.data?.data.find((one) =>
    (one.documents as { ref?: string }[] | undefined)?.some(
      (document) => document.ref === reference,
    ),
  );
  return (
    <section class="dock-receipt" aria-labelledby="receipt-title">
      <div class="receipt-words">
        <h1 id="receipt-title">{entry ? eventName(entry.type) : t("dock.receipt")}</h1>
        <p class="receipt-about">
          {shipment}
          {entry && <> · {moment(entry.occurred_at)}</>}
        </p>
        <p class="reference">{reference}</p>
        <p role="status">
          {entry
            ? t("dock.is_recorded", { position: number(entry.position) })
            : asked.loading
              ? t("shell.loading")
              : asked.problem
                ? titleOf(asked.problem)
                : t("dock.receipt_unknown")}
        </p>
        <p>
          <a class="dock-link" href={hrefOf({ ref: null })}>
            {t("dock.same_shipment", { shipment })}
          </a>
        </p>
      </div>
    </section>
  );
}
