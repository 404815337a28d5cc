// WCAG 2.2 A and AA by axe, in all views, languages and schemes; sizes of targets; 320 px.
import { AxeBuilder } from "@axe-core/playwright";
import { describe, expect, it } from "vitest";
import { languages, url, visiting, type Language, type Role, type Visitor } from "../browser";

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

async function show(visitor: Visitor, [, role, address, until]: (typeof screens)[number]) {
  if (role) await visitor.enter(role, address);
  else await visitor.page.goto(url);
  await visitor.page.waitForSelector(until);
  if (role) await visitor.page.locator(".badge-verified").waitFor({ state: "attached" });
}

/** In the other language; a dialog that is open does not stand in the way of a script. */
async function speak({ page }: Visitor, language: Language) {
  await page.evaluate((wanted) => {
    if (document.documentElement.lang !== wanted)
      document.querySelector<HTMLButtonElement>(".who button[lang]")?.click();
  }, language);
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

describe.each(screens)("%s", (...screen) => {
  it("violates nothing of WCAG 2.2 A or AA, and fits in 320 px with targets of 24 px", () =>
    visiting({}, async (visitor) => {
      const { page } = visitor;
      await show(visitor, screen);
      for (const language of languages) {
        await speak(visitor, language);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await violations(visitor), `${language} ${colorScheme}`).toEqual([]);
        }
        await page.setViewportSize({ width: 320, height: 640 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, language).toBeLessThanOrEqual(0);
        expect(await tooSmall(visitor, 24), language).toEqual([]);
        await page.setViewportSize({ width: 1280, height: 900 });
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
