// The one box, the form and the receipt: by scanner, by paste, by hand, by keyboard alone.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { shipmentName } from "./ledger.mjs";
import { form, main_button, record, scan, settled, signIn } from "./officer.mjs";

export function scanning(world) {
  describe("scanning", () => {
    let context, page, head;
    beforeEach(async () => {
      world.line.mend();
      world.line.fate = () => "pass";
      head = await world.ledger.head();
      context = await world.browser.newContext({ locale: "en-GB" });
      page = await signIn(context, world.line, world.ledger);
    });
    afterEach(async () => {
      assert.deepEqual(page.trouble, []);
      await context.close();
    });
    const title = (id) =>
      page.waitForFunction(
        (name) => document.querySelector(".dock-check h1")?.textContent === name,
        id,
      );
    const units = () => page.locator("#units").inputValue();

    it("two actions record a shipment: its label, the button that names the act", async () => {
      await scan(page, shipmentName(40));
      await title(shipmentName(40));
      await page.waitForSelector(".verdict-yes");
      assert.equal(await page.locator(main_button).textContent(), "Record arrival of 40 units");
      await form(page);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".receipt-words .progress-recorded");
      const [entry] = await world.ledger.recorded(head);
      assert.deepEqual(entry.data, {
        shipment: shipmentName(40),
        units: [{ batch: "B01", from: 1561, to: 1600 }],
      });
      assert.ok(Math.abs(Date.parse(entry.occurred_at) - Date.now()) < 60_000);
    });

    it("a label read twice, or with two line ends, presses nothing", async () => {
      await scan(page, shipmentName(41));
      await page.keyboard.press("Enter");
      await title(shipmentName(41));
      await form(page);
      await scan(page, shipmentName(41)); // Now the button has the focus.
      await scan(page, "B01:1605");
      await page.waitForFunction(() => document.querySelector("#units")?.value === "B01:1605");
      await scan(page, shipmentName(42));
      await title(shipmentName(42));
      assert.deepEqual(await world.ledger.recorded(head), []);
    });

    it("units add up from labels, serials and a pasted column", async () => {
      await scan(page, "B01/1641");
      await title(shipmentName(42));
      await form(page);
      await scan(page, "B01/1642");
      await page.waitForFunction(() => document.querySelector("#units")?.value === "B01:1641-1642");
      await page.locator("#scan").focus();
      await page.evaluate(() => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text", "B01/1643\r\nB01/1650\r\n");
        document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, cancelable: true, bubbles: true }),
        );
      });
      await page.waitForFunction(
        () => document.querySelector("#units")?.value === "B01:1641-1643, B01:1650",
      );
      assert.match(await page.locator(main_button).textContent(), /of 4 units/);
      await page.locator("#scan").fill("SN-2");
      await page.keyboard.press("Enter");
      await title(shipmentName(1));
      assert.equal(await units(), "B01:2");
    });

    it("what is nowhere is said, and what is typed narrows the list", async () => {
      await page.locator("#scan").fill("S-04");
      await page.waitForFunction(() => document.querySelectorAll(".due").length < 11);
      await page.locator("#scan").fill("NO-SUCH");
      await page.keyboard.press("Enter");
      await page.waitForSelector(
        ".scan-message:has-text('There is no shipment, batch, unit or serial “NO-SUCH”.')",
      );
      await page.locator("#scan").fill("B01");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".scan-message:has-text('Batch B01 is in several shipments')");
      assert.ok((await page.locator(".due").count()) > 20);
    });

    it("the ledger says beforehand whether, and if not why; then nothing is recorded", async () => {
      await scan(page, "S-900");
      await page.waitForSelector("#field-declaration");
      await page.waitForFunction(() => document.activeElement?.id === "field-declaration");
      await scan(page, "D-900"); // The declaration's own label goes on to the button.
      await page.waitForSelector(".verdict-no");
      assert.match(await page.locator(".verdict-no").textContent(), /The approval is not in force/);
      await form(page);
      await page.locator(main_button).click({ force: true });
      assert.equal(await page.locator(main_button).getAttribute("aria-disabled"), "true");
      assert.deepEqual(await world.ledger.recorded(head), []);
    });

    it("every act goes through, from inspection to clearance", async () => {
      await record(page, shipmentName(43));
      const act = async (name, count, fields) => {
        await page.goto(`${world.line.url}/#/dock?shipment=${shipmentName(43)}&act=${name}`);
        await page.waitForFunction(
          (act) =>
            location.hash.includes(act) &&
            document.querySelector(".act[aria-current]")?.href.includes(`act=${act}`),
          name,
        );
        await page.locator("#units").fill(String(count));
        for (const [field, value] of Object.entries(fields))
          await page.locator(`#field-${field}`).fill(value);
        await page.waitForSelector(".verdict-yes");
        await form(page);
        await page.locator(main_button).click();
        await page.waitForSelector(".receipt-words .progress-recorded");
      };
      await act("inspection", 40, { fail: "2", findings: "two dented" });
      await act("hold", 10, { reason: "papers" });
      await act("lift", 4, { reason: "papers came" });
      await act("seizure", 2, { case: "C-1", reason: "plates changed" });
      await act("release", 1, { case: "C-1", reason: "mistaken" });
      await act("return", 3, { reason: "damaged" });
      await act("clearance", 20, { declaration: "D-1" });
      const entries = await world.ledger.recorded(head);
      assert.deepEqual(
        entries.map((entry) => entry.type),
        [
          "ShipmentArrived",
          "ShipmentInspected",
          "ShipmentHeld",
          "ShipmentHoldLifted",
          "ShipmentSeized",
          "ShipmentSeizureLifted",
          "ShipmentReturned",
          "ShipmentCleared",
        ],
      );
      assert.deepEqual([entries[1].data.pass, entries[1].data.fail], [38, 2]);
      const { units: now } = await world.ledger.ask("customs", `/v1/shipments/${shipmentName(43)}`);
      assert.deepEqual([now.cleared, now.returned, now.seized], [20, 3, 1]);
    });

    it("a receipt's code opens on another device", async () => {
      const reference = await record(page, shipmentName(44));
      await settled(page, "recorded", 1);
      const other = await world.browser.newContext({ locale: "en-GB" });
      const phone = await signIn(other, world.line, world.ledger);
      await phone.goto(page.url());
      await phone.waitForSelector(".receipt-words:has-text('In the ledger: entry')");
      assert.equal(await phone.locator(".reference").textContent(), reference);
      await phone.goto(page.url().replace(reference, "0000-0000"));
      await phone.waitForSelector(".receipt-words:has-text('no entry with this reference yet')");
      await other.close();
    });

    it("what happened earlier is recorded as of then", async () => {
      await scan(page, shipmentName(45));
      await title(shipmentName(45));
      await page.locator(".earlier summary").click();
      const when = await page.evaluate(() => {
        const then = new Date(Date.now() - 3 * 86_400_000);
        return new Date(then.getTime() - then.getTimezoneOffset() * 60_000)
          .toISOString()
          .slice(0, 16);
      });
      await page.locator("#when").fill(when);
      await form(page);
      await page.locator(main_button).click();
      await page.waitForSelector(".receipt-words .progress-recorded");
      const [entry] = await world.ledger.recorded(head);
      assert.equal(Math.round((Date.now() - Date.parse(entry.occurred_at)) / 86_400_000), 3);
    });

    it("the keyboard alone does it: list, act, form, receipt, outbox", async () => {
      const tabTo = async (selector) => {
        for (let i = 0; i < 120; ++i) {
          if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector))
            return;
          await page.keyboard.press("Tab");
        }
        assert.fail(`no Tab leads to ${selector}`);
      };
      await page.keyboard.type(shipmentName(46), { delay: 90 });
      await tabTo(".due");
      await page.keyboard.press("Enter");
      await title(shipmentName(46));
      await tabTo(".act:not([aria-current])");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() =>
        document.querySelector(".act[aria-current]")?.href.includes("act=loss"),
      );
      await tabTo("#units");
      await page.keyboard.type("2", { delay: 90 });
      await page.keyboard.press("Enter"); // On to the button, which says what it does.
      await page.waitForSelector(`${main_button}:focus`);
      assert.equal(await page.locator(main_button).textContent(), "Record loss of 2 units");
      await form(page);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".receipt-words .progress-recorded");
      await tabTo(".outbox .item-head");
      const [entry] = await world.ledger.recorded(head);
      assert.deepEqual(
        [entry.type, entry.data.units],
        ["ShipmentLost", [{ batch: "B01", from: 1801, to: 1802 }]],
      );
    });

    it("logistics reports what is lost, and nothing else", async () => {
      const other = await world.browser.newContext({ locale: "en-GB" });
      const clerk = await signIn(other, world.line, world.ledger, "logistics");
      await scan(clerk, shipmentName(47));
      await clerk.waitForSelector(".act");
      assert.equal(
        await clerk
          .locator(".act")
          .allTextContents()
          .then((all) => all.join()),
        "Loss40",
      );
      await other.close();
    });
  });
}
