// One shipment: what to record of it, what the ledger would say, and the button that names the act.
import { useEffect, useRef, useState } from "preact/hooks";
import { go } from "../shell/address";
import { t } from "../shell/i18n";
import type { Caller } from "../shell/session";
import { actNamed, actsOf, eligible, offered, type Act, type Field } from "./acts";
import { occurredAt, type Kept as Clock } from "./clock";
import { About, Acts, Answers } from "./check-parts";
import { batchesOf, readyFor, type Due } from "./due";
import { Fields, UnitsField } from "./fields";
import { add } from "./outbox";
import { make, proposalOf, type Made, type Wrong } from "./proposal";
import { focusScan } from "./scan-box";
import { keepKnown, type Draft } from "./store";
import { Verdict, useTrial, type Trial } from "./trial";
import { beyond, sizeOf, type Range } from "./units";
import { useDraft } from "./use";

export const settle_time = 400; // ms in which a scanner's second Enter does not press the button.

export interface Props {
  caller: Caller;
  id: string;
  /** null: not known on this device, and nobody can be asked. */
  shipment: Due | null;
  pending: number;
  act: string | null;
  office: string;
  /** Offices that are known here, to choose from. */
  offices: readonly string[];
  clock: Clock | null;
  online: boolean;
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

/** What is filled in so far, and what would come of it. */
interface Filling {
  act: Act;
  list: readonly Act[];
  draft: Draft;
  change: (patch: Partial<Draft>) => void;
  fields: Partial<Record<Field, string>>;
  ready: Range[];
  made: Made;
  trial: Trial;
}

/** null while the draft is looked up, or where nothing is left to do. */
function useFilling(props: Props): Filling | null {
  const { caller, id, shipment, office, clock, online, pending } = props;
  const [draft, change] = useDraft(caller.principal, id);
  const list = actsFor(props);
  const act = actNamed(props.act ?? draft?.act ?? null) ?? list[0];
  const fields = act?.may.includes("office") ? { office, ...draft?.fields } : (draft?.fields ?? {});
  const ready = shipment && act ? readyFor(shipment, act.from) : [];
  const made =
    act && draft
      ? make({
          shipment: id,
          act,
          units: draft.units,
          fields,
          ready,
          batches: shipment ? batchesOf(shipment) : [],
        })
      : null;
  const when = draft?.when ? occurredAt(draft.when, clock, new Date()) : null;
  const asks = act && made?.ok && pending === 0 && online;
  const trial = useTrial(asks ? proposalOf(act, made.data, when, null) : null);
  return act && draft && made ? { act, list, draft, change, fields, ready, made, trial } : null;
}

const actsFor = ({ caller, shipment }: Props) =>
  shipment ? offered(caller.role, shipment.units) : actsOf(caller.role);

/** Writes the item down, and remembers the office for the next arrival. Null where it cannot. */
async function writeDown({ caller, id, clock }: Props, { act, draft, made }: Filling) {
  if (!made.ok) return null;
  const { data, units, parts } = made;
  const { principal } = caller;
  const item = await add(
    {
      principal,
      shipment: id,
      act: act.name,
      units,
      parts,
      proposalFor: (ref) => proposalOf(act, data, occurredAt(draft.when, clock, new Date()), ref),
    },
    draft.replaces,
  ).catch(() => null);
  if (item && typeof data.office === "string") await keepKnown(`office ${principal}`, data.office);
  return item;
}

/** From the label straight to what is missing, or to the button. */
function useFirstFocus(form: { current: HTMLFormElement | null }, about: string): void {
  useEffect(() => {
    if (!form.current || document.activeElement?.closest("form.dock-check")) return;
    const first = form.current.querySelector<HTMLElement>("[data-needed][data-empty]");
    (first ?? form.current.querySelector<HTMLElement>("button.primary"))?.focus();
  }, [about]);
}

/** Enter in a field, a scanner's too, goes on to the button: what is recorded is looked at first. */
function onward(event: KeyboardEvent): void {
  const { target, currentTarget } = event;
  if (event.key !== "Enter" || event.isComposing || !(target instanceof HTMLInputElement)) return;
  event.preventDefault();
  (currentTarget as HTMLElement).querySelector<HTMLElement>("button.primary")?.focus();
}

function Form({ props, filling }: { props: Props; filling: Filling }) {
  const { id } = props;
  const { act, made, trial } = filling;
  const form = useRef<HTMLFormElement>(null);
  const settled = useSettled(`${id} ${act.name}`);
  const [tried, setTried] = useState(false);
  const [state, setState] = useState<"open" | "busy" | "not_kept">("open");
  useFirstFocus(form, `${id} ${act.name}`);
  const wrong: Wrong[] = made.ok || !tried ? [] : made.wrong;

  async function record(event: SubmitEvent) {
    event.preventDefault();
    if (state === "busy" || !settled) return;
    setTried(true);
    if (!made.ok || trial.kind === "no") {
      const field = made.ok ? ".verdict" : `[name="${made.wrong[0]?.field}"]`;
      return form.current?.querySelector<HTMLElement>(field)?.focus();
    }
    setState("busy");
    const item = await writeDown(props, filling);
    setState(item ? "open" : "not_kept");
    if (!item) return;
    go({ shipment: id, ref: item.ref, act: null, draft: null });
    focusScan();
  }

  return (
    <form ref={form} class="dock-check" onSubmit={record} onKeyDown={onward} noValidate>
      <Values props={props} filling={filling} wrong={wrong} />
      <Confirm filling={filling} />
      <Press props={props} filling={filling} settled={settled} notKept={state === "not_kept"} />
    </form>
  );
}

interface ValuesProps {
  props: Props;
  filling: Filling;
  wrong: readonly Wrong[];
}

function Values({ props: { shipment, offices }, filling, wrong }: ValuesProps) {
  const { act, draft, change, fields } = filling;
  return (
    <div class="fields">
      <UnitsField
        value={draft.units}
        wrong={wrong}
        all={shipment ? eligible(act, shipment.units) : null}
        batches={shipment ? batchesOf(shipment) : []}
        change={(units) => change({ units, act: act.name })}
      />
      <Fields
        act={act}
        values={fields}
        wrong={wrong}
        offices={offices}
        change={(field, value) =>
          change({ act: act.name, fields: { ...draft.fields, [field]: value } })
        }
      />
    </div>
  );
}

function Confirm({ filling: { act, made, fields, draft, change } }: { filling: Filling }) {
  return (
    <div class="confirm" id="confirm">
      <h2>{t("dock.check_title")}</h2>
      <Answers act={act} made={made} fields={fields} when={draft.when} />
      <details class="earlier" open={draft.when !== ""}>
        <summary>{t("dock.earlier")}</summary>
        <label for="when">{t("dock.when")}</label>
        <input
          id="when"
          name="when"
          type="datetime-local"
          value={draft.when}
          onInput={(event) => change({ when: event.currentTarget.value })}
        />
      </details>
    </div>
  );
}

interface PressProps {
  props: Props;
  filling: Filling;
  settled: boolean;
  notKept: boolean;
}

function Press({ props, filling: { act, made, ready, trial }, settled, notKept }: PressProps) {
  const unsure = trial.kind !== "no" && trial.kind !== "yes";
  return (
    <div class="press">
      {notKept && (
        <p class="complaint" role="alert">
          {t("dock.not_kept")}
        </p>
      )}
      {props.shipment && unsure && beyond(made.parts, ready) && (
        <p class="verdict warn">{t("dock.beyond", { ready: sizeOf(ready) })}</p>
      )}
      <Verdict trial={trial} pending={props.pending} online={props.online} />
      <button
        class="primary"
        aria-disabled={trial.kind === "no" || undefined}
        data-settled={settled || undefined}
        aria-describedby="confirm"
      >
        {made.units === null
          ? t(`dock.act_${act.name}`)
          : t(`dock.record_${act.name}`, { units: made.units })}
      </button>
    </div>
  );
}

export function Check(props: Props) {
  const { id, shipment } = props;
  const filling = useFilling(props);
  const idle = shipment && actsFor(props).length === 0 && props.act === null;
  const list =
    filling && (filling.list.includes(filling.act) ? filling.list : [filling.act, ...filling.list]);
  return (
    <div class="dock-check">
      <About shipment={shipment} id={id} />
      {filling && list && (
        <>
          <Acts list={list} chosen={filling.act} units={shipment?.units ?? null} />
          <Form props={props} filling={filling} />
        </>
      )}
      {idle && !filling && <p>{t("dock.nothing_to_do")}</p>}
    </div>
  );
}
