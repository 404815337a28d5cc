// On a phone, 360 px wide: what a role came for is on the screen, without a table to push about.
import { describe, expect, it } from "vitest";
import { languages, visiting, type Visitor } from "../browser";

const phone = { width: 360, height: 740 };

/** Of these elements, those that are not wholly between the edges of the screen. */
const outside = ({ page }: Visitor, selector: string) => page.evaluate((wanted) =>
  [...document.querySelectorAll(wanted)].map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.left < -1 || box.right > innerWidth + 1))
    .map(({ element }) => element.outerHTML.slice(0, 90)), selector);

describe.each(languages)("on a phone, %s", (language) => {
  it("a regulator reads every number and reaches every act", () =>
    visiting({ ...phone, language }, async (visitor) => {
      await visitor.enter("regulator");
      const { page } = visitor;
      await page.waitForSelector("table.approvals");
      expect(await page.locator("table.approvals button.small").count()).toBeGreaterThan(9);
      expect(await outside(visitor, "table.approvals :is(button, td), table.caps td")).toEqual([]);
      // The columns' names went to the numbers.
      const name = await page.locator("table.approvals td.number").nth(1)
        .evaluate((cell) => getComputedStyle(cell, "::before").content);
      expect(name).toBe(JSON.stringify(visitor.t("word.bucket_available")));
    }));

  it("an auditor sees the slider while looking at what follows it", () =>
    visiting({ ...phone, language }, async (visitor) => {
      await visitor.enter("auditor");
      const { page } = visitor;
      await page.waitForSelector("table.states");
      await page.locator("table.states").evaluate((table) =>
        table.scrollIntoView({ block: "center", behavior: "instant" }));
      const slider = page.getByLabel(visitor.t("audit.position"));
      const box = await slider.boundingBox();
      expect(box && box.y >= 0 && box.y < 100, JSON.stringify(box)).toBe(true);
      await slider.focus();
      await page.keyboard.press("PageDown");
      const at = Number(await slider.inputValue());
      await page.waitForFunction((text) => document.querySelector("table.states caption")?.textContent === text,
        visitor.t("audit.states_at", { at }));
      expect(await page.locator(".replay-at").innerText()).toContain(visitor.number(at));
    }));
});

it("the columns of an auditor's table stay while history goes by", () =>
  visiting({}, async (visitor) => {
    await visitor.enter("auditor", "#/audit?at=1500");
    const { page } = visitor;
    const columns = () => page.locator("table.states thead th").allInnerTexts();
    await page.waitForSelector("table.states");
    const before = await columns();
    await page.locator("#at-number").fill("4000");
    await page.keyboard.press("Enter");
    await page.waitForFunction((text) => document.querySelector("table.states caption")?.textContent === text,
      visitor.t("audit.states_at", { at: 4000 }));
    expect(await columns()).toEqual(before);
  }));
