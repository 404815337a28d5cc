import { describe, expect, it } from "vitest";
import { api, languages, visiting, type Visitor } from "../browser";

interface Summary { position: number; units: Record<string, number>;
  firms: { firm: string; name: string; units: Record<string, number> }[] }

const summaryAt = (position: number) => api<Summary>("auditor", `/v1/summary?as_of=${position}`);
const columns = ["registered", "in_transit", "arrived", "held", "cleared", "delivered", "deployed"];

/** What the table says of a firm, and what the server says. */
async function agrees(visitor: Visitor, position: number) {
  const { firms } = await summaryAt(position);
  for (const { name, units } of firms) {
    const total = columns.reduce((sum, state) => sum + (units[state] ?? 0), 0);
    if (!total) continue;
    const row = (await visitor.page.locator("table.states tr", { hasText: name }).innerText()).replace(/\s+/g, " ");
    for (const state of columns)
      if (units[state]) expect(row, `${name} ${state} at ${position}`).toContain(visitor.number(units[state] ?? 0));
  }
}

const enter = async (visitor: Visitor, address = "") => {
  await visitor.enter("auditor", address);
  await visitor.page.waitForSelector("li.step");
};

describe.each(languages)("an auditor, %s", (language) => {
  it("goes through history by slider, steps, pages, number and day, with the keyboard alone", () =>
    visiting({ language }, async (visitor) => {
      await enter(visitor);
      const { page } = visitor;
      const head = (await api<Summary>("auditor", "/v1/summary")).position;
      const slider = page.getByLabel(visitor.t("audit.position"));
      const at = async () => Number(await slider.inputValue());
      await slider.focus();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(at).toBe(head - 2);
      await page.keyboard.press("Home");
      await expect.poll(at).toBe(0);
      await page.getByRole("heading", { level: 1, name: visitor.t("audit.before_first") }).waitFor();
      for (const [key, expected] of [["audit.newer", 10], ["audit.step_on", 11], ["audit.step_back", 10],
        ["audit.older", 0], ["audit.newest", head], ["audit.oldest", 0]] as const) {
        await visitor.button(key).focus();
        await page.keyboard.press("Enter");
        await expect.poll(at, { message: key }).toBe(expected);
      }
      await page.locator("#at-number").fill("1234");
      await page.keyboard.press("Enter");
      await expect.poll(at).toBe(1234);
      await agrees(visitor, 1234);
      await page.waitForFunction(() => location.hash.includes("at=1234"));
      await page.locator("#at-day").fill("2026-04-15");
      await expect.poll(at).not.toBe(1234);
      const day = await at();
      const { recorded_at } = await api<{ recorded_at: string }>("auditor", `/v1/events/${day}`);
      const next = await api<{ recorded_at: string }>("auditor", `/v1/events/${day + 1}`);
      expect(Date.parse(recorded_at)).toBeLessThan(Date.parse("2026-04-16T00:00:00+08:00"));
      expect(Date.parse(next.recorded_at)).toBeGreaterThanOrEqual(Date.parse("2026-04-16T00:00:00+08:00"));
      await agrees(visitor, day);
    }));

  it("compares two moments, supposes that an entry had not been, and opens a number's terms", () =>
    visiting({ language }, async (visitor) => {
      await enter(visitor, "#/audit?at=2000&density=few");
      const { page } = visitor;
      const other = page.getByLabel(visitor.t("audit.compare_with"));
      await other.fill("1999");
      await page.evaluate(() => { location.hash = location.hash.replace("few", "some"); });
      await page.waitForFunction(() => document.querySelectorAll("li.step").length === 10);
      expect(await other.inputValue()).toBe("1999"); // However often the view is drawn meanwhile.
      await page.keyboard.press("Enter");
      await page.waitForSelector("table.differences");
      const diff = await api<{ firms: Record<string, Record<string, { from: number; to: number }>> }>(
        "auditor", "/v1/audit/diff?from=1999&to=2000");
      const changes = Object.values(diff.firms).flatMap((firm) => Object.values(firm));
      expect(changes.length).toBeGreaterThan(0);
      const shown = await page.locator("table.differences").innerText();
      for (const { from, to } of changes) expect(shown).toContain(visitor.number(Math.abs(to - from)));
      await visitor.button("audit.clear").click();
      await page.locator("button.step-line").first().click();
      await visitor.button("audit.what_if_not").click();
      await page.locator("#what-if .lede").waitFor();
      expect(page.url()).toContain("without=2000");
      // Up to now, whatever position is shown: what would have followed is the point of asking.
      const head = (await api<Summary>("auditor", "/v1/summary")).position;
      const { refused } = await api<{ refused: unknown[] }>("auditor",
        `/v1/audit/what-if?as_of=${head}`, { remove: [2000] });
      expect(await page.locator("#what-if .lede").innerText())
        .toBe(visitor.t("audit.what_if_sum", { refused: refused.length }));
      await page.locator("table.states button.figure").first().click();
      await page.waitForSelector("dialog .terms li");
      expect(page.url()).toContain("why=state");
    }));

  it("tells what was then known from what had happened", () =>
    visiting({ language }, async (visitor) => {
      await enter(visitor, "#/audit?at=2000");
      const { page } = visitor;
      const known = await page.locator("tr.total").innerText();
      await page.getByRole("radio", { name: visitor.t("audit.as_happened") }).check();
      const { recorded_at } = await api<{ recorded_at: string }>("auditor", "/v1/events/2000");
      const happened = await api<Summary>("auditor", `/v1/summary?effective_at=${recorded_at}`);
      const arrived = happened.firms.reduce((sum, firm) => sum + (firm.units.arrived ?? 0), 0);
      await page.waitForFunction((text) => document.querySelector("tr.total")?.textContent?.includes(text),
        visitor.number(arrived));
      expect(await page.locator("tr.total").innerText()).not.toBe(known);
    }));
});

it("shows as much as is asked for, in three densities, newest first", () =>
  visiting({}, async (visitor) => {
    await enter(visitor, "#/audit?at=500");
    const { page } = visitor;
    for (const [density, count] of [["few", 6], ["some", 10], ["many", 20]] as const) {
      await page.getByRole("radio", { name: visitor.t(`audit.density_${density}`) }).check();
      await page.waitForFunction((n) => document.querySelectorAll("li.step").length === n, count);
      expect(await page.locator("ol[reversed]").getAttribute("start")).toBe("500");
      expect(await page.locator("li.step .entry-position").first().innerText()).toBe("500");
    }
  }));

// How long it takes is measured by script/bench slider; here, that nothing is left behind.
it("follows the hand: table, flow and timeline are all of the position where it is", () =>
  visiting({}, async (visitor) => {
    await enter(visitor);
    const last = await visitor.page.evaluate(async () => {
      const slider = document.querySelector<HTMLInputElement>('.replay input[type="range"]')!;
      const said = (selector: string) =>
        Number(/[\d,]+/.exec(document.querySelector(selector)?.textContent ?? "")?.[0].replaceAll(",", ""));
      const shown = () => [said("table.states caption"), said(".flow figcaption"),
        document.querySelector<HTMLOListElement>(".steps ol")!.start];
      const most = Number(slider.max);
      let position = most;
      for (let i = 0; i < 40; ++i) {
        position = Math.round(most * (0.1 + 0.9 * (((i * 17) % 40) / 40)));
        slider.value = String(position);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        for (let frames = 0; shown().some((one) => one !== position); ++frames) {
          if (frames > 200) throw new Error(`at ${position} are shown ${shown()}`);
          await new Promise(requestAnimationFrame);
        }
      }
      return position;
    });
    await agrees(visitor, last);
  }));
