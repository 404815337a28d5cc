// Words, numbers and dates in the reader's language. web/build.mjs checks that the key files agree.
import type { ComponentChild } from "preact";
import en from "./keys.en";
import zh from "./keys.zh-CN";

export type Key = keyof typeof en;
export type Language = "en" | "zh-CN";
type Blanks = Record<string, string | number>;

const words: Record<Language, Record<string, string>> = { en, "zh-CN": zh };

function preferred(): Language {
  const asked = localStorage.getItem("language") ?? navigator.language;
  return asked.startsWith("zh") ? "zh-CN" : "en";
}

let current: Language = preferred();
const changed = new EventTarget();

export const language = (): Language => current;

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem("language", next);
  document.documentElement.lang = next;
  changed.dispatchEvent(new Event("change"));
}
document.documentElement.lang = current;

export function onLanguage(act: () => void): () => void {
  changed.addEventListener("change", act);
  return () => changed.removeEventListener("change", act);
}

/** {name}: the blank. {name|unit|units}: one of the words, by the number in the blank. */
const blank = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g;

function filled(value: string | number | undefined, one: string | undefined, other: string | undefined): string {
  if (one === undefined || other === undefined)
    return typeof value === "number" ? number(value) : String(value ?? "");
  return new Intl.PluralRules(current).select(Number(value)) === "one" ? one : other;
}

export function t(key: Key, blanks: Blanks = {}): string {
  return (words[current][key] ?? key).replace(blank, (_, name: string, one?: string, other?: string) =>
    filled(blanks[name], one, other));
}

/** Whether there is such a key: for names that come from the server. */
export const known = (key: string): key is Key => key in words.en;

/** As t, with markup in the blanks. */
export function rich(key: Key, blanks: Record<string, ComponentChild>): ComponentChild[] {
  const text = words[current][key] ?? key;
  const parts: ComponentChild[] = [];
  let at = 0;
  for (const found of text.matchAll(blank)) {
    const value = blanks[found[1] ?? ""];
    parts.push(text.slice(at, found.index));
    const plain = typeof value === "number" || typeof value === "string";
    parts.push(plain ? filled(value, found[2], found[3]) : value);
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
function format<T extends Intl.NumberFormat | Intl.DateTimeFormat>(name: string, make: () => T): T {
  const key = `${current} ${name}`;
  const found = kept.get(key) ?? make();
  kept.set(key, found);
  return found as T;
}

export const number = (value: number): string =>
  format("number", () => new Intl.NumberFormat(current)).format(value);

export const percent = (value: number): string =>
  format("percent", () => new Intl.NumberFormat(current, { style: "percent", maximumFractionDigits: 0 }))
    .format(value);

/** The ledger's own offset; browsers that cannot take it show their own zone. */
let zone: string | undefined = "+08:00";
try {
  new Intl.DateTimeFormat("en", { timeZone: zone });
} catch {
  zone = undefined;
}

/** A day, YYYY-MM-DD or of a moment. */
export function day(value: string, long = false): string {
  const whole = value.length === 10;
  const options: Intl.DateTimeFormatOptions = {
    day: "numeric", month: long ? "long" : "short", year: "numeric", timeZone: whole ? "UTC" : zone,
  };
  return format(`day ${long} ${whole}`, () => new Intl.DateTimeFormat(current, options))
    .format(new Date(whole ? `${value}T00:00:00Z` : value));
}

export function moment(value: string): string {
  return format("moment", () => new Intl.DateTimeFormat(current, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    timeZone: zone,
  })).format(new Date(value));
}

/** The same moment's day as the ledger counts it, YYYY-MM-DD. */
export function isoDay(value: string): string {
  return format("iso", () => new Intl.DateTimeFormat("sv-SE", { timeZone: zone })).format(new Date(value));
}

/** What stands between two sentences: nothing, where the full stop makes room by itself. */
export const gap = (): string => (current === "zh-CN" ? "" : " ");
