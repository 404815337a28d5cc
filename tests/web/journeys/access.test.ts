// WCAG 2.2 A and AA by axe, in all views, languages and schemes; sizes of targets; 320 px.
import { AxeBuilder } from "@axe-core/playwright";
import { describe, expect, it } from "vitest";
import { languages, url, visiting, type Role, type Visitor } from "../browser";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const screens: [string, Role | null, string, string][] = [
  ["the door", null, "", "form"],
  ["firm", "firm:F-A", "#/firm", ".chart svg"],
  ["firm, why", "firm:F-A", "#/firm?why=state!F-A!held", "dialog .terms li"],
  ["firm, deliver", "firm:F-A", "#/firm?act=deliver", "dialog form"],
  ["firm, apply", "firm:F-A", "#/firm?act=apply", "dialog form"],
  ["audit", "auditor", "#/audit?at=2000&with=1900&without=57", "#what-if table"],
  ["regulator", "regulator", "#/regulator", "table.caps"],
  ["regulator, grant", "regulator", "#/regulator?act=grant&on=APP-017", "dialog form"],
  ["dock", "customs", "#/dock", "h1"],
];

async function show(visitor: Visitor, [, role, address, until]: (typeof screens)[number]) {
  if (role) await visitor.enter(role, address);
  else await visitor.page.goto(url);
  await visitor.page.waitForSelector(until);
  await visitor.page.waitForSelector(".badge-verified", { timeout: 10_000 }).catch(() => null);
}

async function violations({ page }: Visitor): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(tags).analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`));
}

/** What can be clicked and is smaller than that, but for links within a text (WCAG 2.5.8). */
const tooSmall = ({ page }: Visitor, least: number) => page.evaluate((size) =>
  [...document.querySelectorAll("button, select, summary, nav a, header a, input:not([hidden])")]
    .filter((element) => !element.closest(".choice, .skip") && !element.classList.contains("skip"))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.width < size || box.height < size))
    .map(({ element, box }) => `${element.outerHTML.slice(0, 90)} ${box.width}×${box.height}`), least);

describe.each(languages)("%s", (language) => {
  it.each(["light", "dark"] as const)("no screen violates WCAG 2.2 A or AA, %s", (scheme) =>
    visiting({ language, scheme }, async (visitor) => {
      for (const screen of screens) {
        await show(visitor, screen);
        expect(await violations(visitor), screen[0]).toEqual([]);
      }
      visitor.errors.splice(0, visitor.errors.length,
        ...visitor.errors.filter((error) => !/status of 401/.test(error)));
    }));

  it("fits in 320 px, with targets of at least 24 px", () =>
    visiting({ language, width: 320, height: 640 }, async (visitor) => {
      for (const screen of screens) {
        await show(visitor, screen);
        const over = await visitor.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, screen[0]).toBeLessThanOrEqual(0);
        expect(await tooSmall(visitor, 24), screen[0]).toEqual([]);
      }
      visitor.errors.splice(0, visitor.errors.length,
        ...visitor.errors.filter((error) => !/status of 401/.test(error)));
    }));
});

it("with less motion nothing moves", () =>
  visiting({ reducedMotion: "reduce" }, async (visitor) => {
    await visitor.enter("auditor");
    const moving = await visitor.page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
  }));
