// A real Chromium on the real page, as one role in one language; what goes wrong in it is kept.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";
import { keysOf } from "../../web/i18n/check.mjs";

export type Language = "en" | "zh-CN";
export const languages: Language[] = ["en", "zh-CN"];
export type Role = "firm:F-A" | "auditor" | "regulator" | "customs" | "logistics" | "admin";

export const url = process.env.CHIPLEDGER_URL ?? "";
const data = process.env.CHIPLEDGER_DATA ?? "";
export const tokens = data ?
  JSON.parse(readFileSync(join(data, "tokens.json"), "utf8")) as Record<Role, string> : {} as Record<Role, string>;

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const patience = 30_000;  // ms, for anything to appear.
const web = new URL("../../web", import.meta.url).pathname;
const words = Object.fromEntries(languages.map((language) => [language, keysOf(web, language) as Map<string, string>]));

export interface Options {
  language?: Language;
  scheme?: "light" | "dark";
  width?: number;
  height?: number;
  host?: string;
  args?: string[];
  reducedMotion?: "reduce";
}

export class Visitor {
  readonly errors: string[] = [];
  constructor(readonly context: BrowserContext, readonly page: Page, private readonly profile: string,
    readonly language: Language, private readonly host: string) {
    page.on("console", (message) => { if (message.type() === "error") this.errors.push(message.text()); });
    page.on("pageerror", (failed) => this.errors.push(String(failed.stack)));
  }

  /** The words of a key, with its blanks filled. */
  t(key: string, blanks: Record<string, string | number> = {}): string {
    const text = words[this.language]?.get(key);
    if (text === undefined) throw new Error(`no key ${key}`);
    return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, other?: string) => {
      const value = blanks[name] ?? "";
      if (one !== undefined) return String(Number(value) === 1 ? one : other);
      return typeof value === "number" ? this.number(value) : value;
    });
  }

  number = (value: number): string => new Intl.NumberFormat(this.language).format(value);

  /** Signs in by the link that script/server prints, and goes to an address. */
  async enter(role: Role, address = ""): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.goto(`${this.host}/#token=${tokens[role]}`);
    await this.page.waitForSelector("main.view h1");
    if (address) await this.go(address);
  }

  async go(address: string): Promise<void> {
    await this.page.evaluate((hash) => { location.hash = hash; }, address);
  }

  button(key: string, blanks = {}) {
    return this.page.getByRole("button", { name: this.t(key, blanks), exact: true });
  }

  /** The button in the dialog that is open; the page behind it may have one of the same name. */
  act(key: string, blanks = {}) {
    return this.page.getByRole("dialog").getByRole("button", { name: this.t(key, blanks), exact: true });
  }

  /** Waits for a no with this title; its 4xx in the console is an answer, not an error. */
  async refused(code: string): Promise<void> {
    await this.page.locator(".problem-title", { hasText: this.t(`problem.${code}`) }).first().waitFor();
    this.errors.splice(0, this.errors.length, ...this.errors.filter((error) => !/status of 4\d\d/.test(error)));
  }

  async leave(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

export async function visit(options: Options = {}): Promise<Visitor> {
  const profile = mkdtempSync(join(tmpdir(), "chipledger-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium", headless: true, args: [...flags, ...(options.args ?? [])],
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    locale: options.language ?? "en", colorScheme: options.scheme ?? "light",
    reducedMotion: options.reducedMotion ?? "no-preference", acceptDownloads: true,
  });
  context.setDefaultTimeout(patience);
  const page = context.pages()[0] ?? await context.newPage();
  return new Visitor(context, page, profile, options.language ?? "en", options.host ?? url);
}

/** One visit for each language, in a browser of its own. */
export async function visiting(options: Options, act: (visitor: Visitor) => Promise<void>): Promise<void> {
  const visitor = await visit(options);
  try {
    await act(visitor);
  } finally {
    await visitor.leave();
  }
  if (visitor.errors.length) throw new Error(`console: ${visitor.errors.join("\n")}`);
}

/** The least of each time over some rounds, ms: what else the machine does only adds to a time. */
export async function best(rounds: number, measure: () => Promise<number[]>): Promise<number[]> {
  const all: number[][] = [];
  for (let i = 0; i < rounds; ++i) all.push(await measure());
  const least = (all[0] ?? []).map((_, i) => Math.min(...all.map((times) => times[i] ?? Infinity)));
  console.log(`${all.map((times) => times.map(Math.round).join("/")).join(" ")} ms, best ${least.map(Math.round).join("/")} ms`);
  return least;
}

/** Asks the server as a role, past the page. */
export async function api<T>(role: Role, path: string, body?: unknown): Promise<T> {
  const response = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { Authorization: `Bearer ${tokens[role]}`,
      ...(body !== undefined && { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json() as T;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
