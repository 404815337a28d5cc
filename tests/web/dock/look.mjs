// How the dock looks and reaches: axe in both languages, light and dark; targets; narrow screens.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { shipmentName } from "./ledger.mjs";
import { form, main_button, record, settled, signIn } from "./officer.mjs";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const target_min = 48;

async function sound(page, where) {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  assert.deepEqual(
    violations.map((one) => [one.id, one.nodes.map((node) => node.target.join(" "))]),
    [],
    where,
  );
}

/** Everything to press in the dock that is smaller than a gloved finger. */
const small = (page) =>
  page.evaluate(
    (least) =>
      [
        ...document.querySelectorAll(".dock :is(a, button, input, select, textarea, summary)"),
      ].flatMap((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width && (width < least || height < least - 0.1)
          ? [`${one.tagName} ${one.className} ${one.id} ${width}x${height}`]
          : [];
      }),
    target_min,
  );

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

async function fits(page, where) {
  assert.deepEqual(await small(page), [], where);
  assert.ok((await overflow(page)) <= 0, `${where} is wider than the screen`);
}

export function look(world) {
  describe("looks", () => {
    let next = 50;
    for (const [locale, colorScheme, width] of [
      ["en-GB", "light", 1280],
      ["en-GB", "dark", 320],
      ["zh-CN", "light", 320],
      ["zh-CN", "dark", 1280],
    ])
      it(`are sound in ${locale}, ${colorScheme}, ${width} px`, async () => {
        world.line.mend();
        world.line.fate = () => "pass";
        const context = await world.browser.newContext({
          locale,
          colorScheme,
          reducedMotion: "reduce",
          viewport: { width, height: 800 },
        });
        const page = await signIn(context, world.line, world.ledger);
        const at = (place) => `${locale} ${colorScheme} ${width} ${place}`;
        const check = async (place) => {
          await sound(page, at(place));
          await fits(page, at(place));
        };
        await check("what is due");
        const id = shipmentName(next++);
        await page.goto(`${world.line.url}/#/dock?shipment=${id}`);
        await form(page);
        await page.waitForSelector(".verdict-yes");
        await check("form");
        await page.locator("#units").fill("9-3");
        await page.locator(main_button).click();
        await page.waitForSelector(".complaint");
        await check("complaint");
        await page.goto(`${world.line.url}/#/dock`);
        await page.waitForSelector(".due");
        await page.locator("#units").waitFor({ state: "detached" });
        await page.goto(`${world.line.url}/#/dock?shipment=S-900&act=clearance`);
        await form(page);
        await page.locator("#field-declaration").fill("D-900");
        await page.waitForSelector(".verdict-no");
        await check("a no beforehand");
        world.line.cut();
        await context.setOffline(true);
        await page.waitForSelector(".no-signal");
        await form(page);
        await page.waitForSelector(".verdict-later");
        await page.locator(main_button).click();
        await page.waitForSelector(".dock-receipt");
        await check("receipt without a signal");
        world.line.mend();
        await context.setOffline(false);
        await settled(page, "refused", 1);
        await page.waitForSelector("svg.code");
        await check("refused");
        assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
        assert.deepEqual(page.trouble, []);
        await context.close();
      });

    it("record in two actions at 320 px too", async () => {
      world.line.mend();
      const context = await world.browser.newContext({
        locale: "zh-CN",
        viewport: { width: 320, height: 640 },
      });
      const page = await signIn(context, world.line, world.ledger);
      await record(page, shipmentName(59));
      await settled(page, "recorded", 1);
      await context.close();
    });
  });
}
