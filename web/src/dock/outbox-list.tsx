// What this device has recorded: what waits, what was refused and why, what is in the ledger.
import { useState } from "preact/hooks";
import { Problem } from "../api/client";
import { go, hrefOf } from "../shell/address";
import { moment, number, t } from "../shell/i18n";
import { decided, titleOf } from "../shell/problem";
import { Remedy } from "../shell/remedy";
import { again, discard, heldUp } from "./outbox";
import { actWords, Progress } from "./receipt";
import { keepDraft, type Draft, type Kept } from "./store";
import { written, type Part } from "./units";
import type { Outbox } from "./use";

const settled_shown = 12;

function Why({ item }: { item: Kept }) {
  if (!item.problem) return null;
  const problem = new Problem(item.problem.status ?? 422, item.problem);
  const numbers = decided(problem);
  return (
    <div class="why">
      <p class="problem-title">{titleOf(problem)}</p>
      <Remedy problem={problem} />
      {numbers && <p>{numbers}</p>}
    </div>
  );
}

/** Opens the form with what was refused, to stand in for it. */
async function mend(item: Kept): Promise<void> {
  const { shipment: _, fail, ...data } = item.proposal.data as Record<string, unknown>;
  const fields: Draft["fields"] = Object.fromEntries(
    Object.entries(data).filter(([, value]) => typeof value === "string"),
  );
  if (fail) fields.fail = Array.isArray(fail) ? written(fail as Part[]) : String(fail);
  await keepDraft({
    principal: item.principal,
    about: item.shipment,
    act: item.act,
    units: written(item.parts),
    fields,
    when: "",
    replaces: item.seq,
  });
  go({ shipment: item.shipment, act: item.act, ref: null, draft: item.seq });
}

function Decide({ item }: { item: Kept }) {
  const [sure, setSure] = useState(false);
  if (sure)
    return (
      <p class="decide" role="group" aria-label={t("dock.give_up_sure")}>
        <span>{t("dock.give_up_sure")}</span>
        <button type="button" class="danger" onClick={() => void discard(item)}>
          {t("dock.give_up")}
        </button>
        <button type="button" onClick={() => setSure(false)}>
          {t("dock.keep")}
        </button>
      </p>
    );
  return (
    <p class="decide">
      <button type="button" onClick={() => void mend(item)}>
        {t("dock.mend")}
      </button>
      <button type="button" onClick={() => void again(item)}>
        {t("shell.try_again")}
      </button>
      <button type="button" onClick={() => setSure(true)}>
        {t("dock.give_up")}
      </button>
    </p>
  );
}

function Line({ item, held }: { item: Kept; held: boolean }) {
  return (
    <li class={`item item-${item.state}`} data-state={item.state} data-ref={item.ref}>
      <a class="item-head" href={hrefOf({ shipment: item.shipment, ref: item.ref, act: null })}>
        <span class="item-what">{actWords(item)}</span>
        <span class="item-about note">
          {item.shipment} · {moment(item.made_at)} · <span class="mono">{item.ref}</span>
        </span>
        <Progress item={item} held={held} />
      </a>
      {item.state === "refused" && (
        <>
          <Why item={item} />
          <Decide item={item} />
        </>
      )}
    </li>
  );
}

const counted = (items: readonly Kept[], state: string) =>
  items.filter((item) => item.state === state).length;

/** One line for the top of the page: it says whether anything needs the officer. */
export function OutboxLine({ outbox, online }: { outbox: Outbox; online: boolean }) {
  const waiting = counted(outbox.items, "waiting");
  const refused = counted(outbox.items, "refused");
  return (
    <div class="outbox-line">
      {outbox.broken && (
        <p class="complaint" role="alert">
          {t("dock.no_store")}
        </p>
      )}
      {!online && (
        <p class="no-signal" role="status">
          <span class="sign" aria-hidden="true" />
          {t("dock.no_signal")}
        </p>
      )}
      <p role="status">
        {(waiting > 0 || refused > 0) && (
          <a
            class="dock-link"
            href="#outbox"
            onClick={(event) => {
              event.preventDefault();
              document.getElementById("outbox")?.focus();
            }}
          >
            {[
              waiting > 0 && t("dock.count_waiting", { count: waiting }),
              refused > 0 && t("dock.count_refused", { count: refused }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </a>
        )}
      </p>
    </div>
  );
}

interface Props {
  outbox: Outbox;
  sendNow: () => void;
}

export function OutboxList({ outbox, sendNow }: Props) {
  const { items, others } = outbox;
  const held = heldUp(items);
  const open = [
    ...items.filter((item) => item.state === "refused"),
    ...items.filter((item) => item.state === "waiting"),
  ];
  const settled = items
    .filter((item) => item.state !== "refused" && item.state !== "waiting")
    .slice(-settled_shown)
    .reverse();
  const later = items.some((item) => item.state === "waiting" && item.again_at > 0);
  return (
    <section class="outbox" id="outbox" tabIndex={-1} aria-labelledby="outbox-title">
      <h2 id="outbox-title">{t("dock.outbox")}</h2>
      {items.length === 0 && outbox.ready && <p class="note">{t("dock.outbox_empty")}</p>}
      {others > 0 && <p class="note stale">{t("dock.of_others", { count: others })}</p>}
      {open.length > 0 && (
        <ol class="items">
          {open.map((item) => (
            <Line key={item.seq} item={item} held={held.has(item.seq)} />
          ))}
        </ol>
      )}
      {later && (
        <button type="button" onClick={sendNow}>
          {t("dock.send_now")}
        </button>
      )}
      {settled.length > 0 && (
        <>
          <h3>
            {t("dock.sent")} <span class="due-count">{number(counted(items, "recorded"))}</span>
          </h3>
          <ol class="items" reversed>
            {settled.map((item) => (
              <Line key={item.seq} item={item} held={false} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
