// One shipment: what to record of it, what the ledger would say, and the button that names the act.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { go, hrefOf } from "../shell/address";
import { day, moment, number, t } from "../shell/i18n";
import type { Caller } from "../shell/session";
import { actNamed, actsOf, eligible, offered, type Act, type Field } from "./acts";
import { occurredAt, type Kept as Clock } from "./clock";
import { batchesOf, readyFor, type Due } from "./due";
import { States } from "./due-list";
import { Fields, UnitsField } from "./fields";
import { add } from "./outbox";
import { make, proposalOf, type Made, type Wrong } from "./proposal";
import { focusScan } from "./scan-box";
import { draftOf, keepDraft, keepKnown } from "./store";
import { Verdict, useTrial } from "./trial";
import { written } from "./units";
import { emptyDraft, useDraft } from "./use";

export const settle_time = 400;  // ms in which a scanner's second Enter does not press the button.

interface Props {
  caller: Caller;
  id: string;
  /** null: not known on this device, and nobody can be asked. */
  shipment: Due | null;
  pending: number;
  act: string | null;
  office: string;
  clock: Clock | null;
  online: boolean;
}

function Acts({ list, chosen, units }: { list: readonly Act[]; chosen: Act; units: Due["units"] | null }) {
  return (
    <nav class="acts" aria-label={t("dock.acts")}>
      <ul>
        {list.map((act) => (
          <li key={act.name}>
            <a class="act" href={hrefOf({ act: act.name }, undefined)} aria-current={act === chosen ? "true" : undefined}>
              {t(`dock.act_${act.name}`)}
              {units && <span class="act-count">{number(eligible(act, units))}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function About({ shipment, id }: { shipment: Due | null; id: string }) {
  return (
    <header class="about">
      <div class="about-head">
        <h1>{id}</h1>
        <a class="dock-link back" href={hrefOf({ shipment: null, act: null, ref: null, draft: null })}>{t("dock.back")}</a>
      </div>
      {shipment ? (
        <>
          <p class="note">
            {[shipment.firm, shipment.approval, t("dock.left_on", { day: day(shipment.dispatched_at) }),
              shipment.port, shipment.carrier, shipment.office].filter(Boolean).join(" · ")}
          </p>
          <States units={shipment.units} />
        </>
      ) : <p class="note stale">{t("dock.not_known_here")}</p>}
    </header>
  );
}

function Answer({ name, children }: { name: string; children: ComponentChildren }) {
  return <div class="dock-answer"><dt>{name}</dt><dd>{children}</dd></div>;
}

interface AnswersProps { act: Act; made: Made; fields: Partial<Record<Field, string>>; when: string }

/** What will be recorded, to be read once more. */
function Answers({ act, made, fields, when }: AnswersProps) {
  return (
    <dl class="answers">
      <Answer name={t("dock.answer_act")}>{t(`dock.act_${act.name}`)}</Answer>
      <Answer name={t("dock.answer_units")}>
        {made.ok ? <><b>{t("dock.units", { units: made.units })}</b> <span class="mono">{written(made.parts)}</span></> : "–"}
      </Answer>
      {[...act.needs, ...act.may].map((field) => {
        const value = fields[field]?.trim();
        return value ? <Answer key={field} name={t(`dock.field_${field}`)}>{value}</Answer> : null;
      })}
      <Answer name={t("dock.answer_when")}>{when ? moment(new Date(when).toISOString()) : t("dock.now")}</Answer>
    </dl>
  );
}

function useSettled(about: string): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    setSettled(false);
    const timer = setTimeout(() => setSettled(true), settle_time);
    return () => clearTimeout(timer);
  }, [about]);
  return settled;
}

export function Check({ caller, id, shipment, pending, act: asked, office, clock, online }: Props) {
  const [draft, change] = useDraft(caller.principal, id);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const about = useId();
  const list = shipment ? offered(caller.role, shipment.units) : actsOf(caller.role);
  const act = actNamed(asked ?? draft?.act ?? null) ?? list[0];
  const settled = useSettled(`${id} ${act?.name} ${draft === null}`);
  const fields = act?.may.includes("office") ? { office, ...draft?.fields } : draft?.fields ?? {};
  const made: Made | null = act && draft ? make({ shipment: id, act, units: draft.units, fields,
    ready: shipment ? readyFor(shipment, act.from) : [], batches: shipment ? batchesOf(shipment) : [] }) : null;
  const when = act && draft ? occurredAt(draft.when, clock, new Date()) : null;
  const trial = useTrial(act && made?.ok && pending === 0 && online
    ? proposalOf(act, made.data, draft?.when ? when : null, null) : null);

  useEffect(() => {  // From the label straight to what is missing, or to the button.
    if (!draft || !form.current || document.activeElement?.closest("form.dock-check")) return;
    const first = form.current.querySelector<HTMLElement>("[data-needed][data-empty]");
    (first ?? form.current.querySelector<HTMLElement>("button.primary"))?.focus();
  }, [id, act?.name, draft === null]);

  if (!act) return <div class="dock-check"><About shipment={shipment} id={id} /><p>{t("dock.nothing_to_do")}</p></div>;
  if (!draft || !made) return <div class="dock-check"><About shipment={shipment} id={id} /></div>;
  const wrong: Wrong[] = made.ok || !tried ? [] : made.wrong;
  const never = trial.kind === "no";

  async function record(event: SubmitEvent) {
    event.preventDefault();
    if (!act || !draft || !made || busy || !settled) return;
    setTried(true);
    if (!made.ok || never) {
      const field = made.ok ? null : made.wrong[0]?.field;
      form.current?.querySelector<HTMLElement>(field ? `[name="${field}"]` : ".verdict")?.focus();
      return;
    }
    setBusy(true);
    const { data } = made;
    const item = await add({ principal: caller.principal, shipment: id, act: act.name, units: made.units,
      parts: made.parts, proposalFor: (ref) => proposalOf(act, data, occurredAt(draft.when, clock, new Date()), ref),
    }, draft.replaces);
    if (typeof data.office === "string") await keepKnown(`office ${caller.principal}`, data.office);
    go({ shipment: id, ref: item.ref, act: null, draft: null });
    focusScan();
  }

  return (
    <div class="dock-check">
      <About shipment={shipment} id={id} />
      <Acts list={list.includes(act) ? list : [act, ...list]} chosen={act} units={shipment?.units ?? null} />
      <form ref={form} class="dock-check" onSubmit={record} noValidate aria-describedby={about}>
        <div class="fields">
          <UnitsField value={draft.units} wrong={wrong} all={shipment ? eligible(act, shipment.units) : null}
            batches={shipment ? batchesOf(shipment) : []} change={(units) => change({ units, act: act.name })} />
          <Fields act={act} values={fields} wrong={wrong}
            change={(field, value) => change({ act: act.name, fields: { ...draft.fields, [field]: value } })} />
        </div>
        <div class="confirm" id={about}>
          <h2>{t("dock.check_title")}</h2>
          <Answers act={act} made={made} fields={fields} when={draft.when} />
          <details class="earlier" open={draft.when !== ""}>
            <summary>{t("dock.earlier")}</summary>
            <label for="when">{t("dock.when")}</label>
            <input id="when" name="when" type="datetime-local" value={draft.when}
              onInput={(event) => change({ when: event.currentTarget.value })} />
          </details>
        </div>
        <div class="press">
          <Verdict trial={trial} pending={pending} online={online} />
          <button class="primary" aria-disabled={never || undefined} data-settled={settled || undefined}>
            {made.units === null ? t(`dock.act_${act.name}`) : t(`dock.record_${act.name}`, { units: made.units })}
          </button>
        </div>
      </form>
    </div>
  );
}

/** Adds scanned units to what is written about a shipment; called before its form opens. */
export async function addScanned(principal: string, id: string, text: string): Promise<void> {
  const draft = (await draftOf(principal, id)) ?? emptyDraft(principal, id);
  await keepDraft({ ...draft, units: text });
}
