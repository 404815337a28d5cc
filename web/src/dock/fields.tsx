// The fields of an act, each with its own complaint.
import { t } from "../shell/i18n";
import type { Act, Field } from "./acts";
import { text_max, type Wrong } from "./proposal";

interface ComplaintProps {
  wrong: readonly Wrong[];
  field: Field | "units";
}

function Complaint({ wrong, field }: ComplaintProps) {
  const one = wrong.find((each) => each.field === field);
  return one ? (
    <p class="complaint" id={`${field}-wrong`}>
      {t(`dock.wrong_${one.problem}`, { text: one.text ?? "" })}
    </p>
  ) : null;
}

const isWrong = (wrong: readonly Wrong[], field: Field | "units") =>
  wrong.some((each) => each.field === field);

interface UnitsProps {
  value: string;
  /** How many there are to take; null where that is not known here. */
  all: number | null;
  batches: readonly string[];
  wrong: readonly Wrong[];
  change: (value: string) => void;
}

export function UnitsField({ value, all, batches, wrong, change }: UnitsProps) {
  const example = batches[0] ?? "B01";
  const needed = all === null;
  return (
    <div class="field">
      <label for="units">{t("dock.units_label")}</label>
      <input
        id="units"
        name="units"
        value={value}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={all === null ? `${example}:1-40` : t("dock.units_all", { units: all })}
        data-needed={needed || undefined}
        data-empty={value.trim() === "" || undefined}
        aria-invalid={isWrong(wrong, "units")}
        aria-describedby="units-wrong units-note"
        onInput={(event) => change(event.currentTarget.value)}
      />
      <Complaint wrong={wrong} field="units" />
      <p id="units-note" class="note">
        {t(batches.length > 1 ? "dock.units_note_many" : "dock.units_note", { batch: example })}
      </p>
    </div>
  );
}

const long: readonly Field[] = ["reason", "findings", "report"];

interface FieldsProps {
  act: Act;
  values: Partial<Record<Field, string>>;
  wrong: readonly Wrong[];
  offices: readonly string[];
  change: (field: Field, value: string) => void;
}

interface OneProps extends Omit<FieldsProps, "offices"> {
  field: Field;
}

function OneField({ field, act, values, wrong, change }: OneProps) {
  const value = values[field] ?? "";
  const needed = act.needs.includes(field);
  const id = `field-${field}`;
  const common = {
    id,
    name: field,
    value,
    autocomplete: "off",
    onInput: (event: { currentTarget: { value: string } }) =>
      change(field, event.currentTarget.value),
    "data-needed": needed || undefined,
    "data-empty": value.trim() === "" || undefined,
    "aria-required": needed,
    "aria-invalid": isWrong(wrong, field),
    "aria-describedby": isWrong(wrong, field) ? `${field}-wrong` : undefined,
  };
  const list = field === "office" ? "offices" : undefined;
  return (
    <div class="field">
      <label for={id}>
        {t(`dock.field_${field}`)}
        {!needed && <span class="optional"> {t("dock.optional")}</span>}
      </label>
      {long.includes(field) ? (
        <textarea {...common} rows={2} maxLength={text_max} />
      ) : (
        <input {...common} list={list} autocapitalize="off" spellcheck={false} />
      )}
      <Complaint wrong={wrong} field={field} />
    </div>
  );
}

export function Fields({ offices, ...rest }: FieldsProps) {
  return (
    <>
      {[...rest.act.needs, ...rest.act.may].map((field) => (
        <OneField key={field} field={field} {...rest} />
      ))}
      <datalist id="offices">
        {offices.map((office) => (
          <option key={office} value={office} />
        ))}
      </datalist>
    </>
  );
}
