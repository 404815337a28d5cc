// Nothing recorded is lost or doubled, whatever becomes of the signal, the page or the session.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { shipmentName } from "./ledger.mjs";
import { drafted, form, kept, main_button, record, scan, settled, signIn, until } from "./officer.mjs";

const names = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => shipmentName(from + i));

export function offline(world) {
  describe("without a signal", () => {
    let context, page, head;
    beforeEach(async () => {
      world.line.mend();
      world.line.trials = true;
      world.line.writes.length = world.line.atOnce = 0;
      world.line.fate = () => "pass";
      head = await world.ledger.head();
      context = await world.browser.newContext({ locale: "en-GB" });
      page = await signIn(context, world.line, world.ledger);
    });
    afterEach(async () => {
      assert.deepEqual(page.trouble, []);
      await context.close();
    });
    const noSignal = async () => {
      world.line.cut();
      await context.setOffline(true);
    };
    const signal = async () => {
      world.line.mend();
      await context.setOffline(false);
    };
    const arrivals = async () =>
      (await world.ledger.recorded(head)).map((entry) => entry.data.shipment);

    it("twenty scans, a reload in mid-send: twenty entries, in order", async () => {
      await noSignal();
      await page.reload();
      await page.waitForSelector(".due"); // The page opens from cold.
      const references = [];
      for (const name of names(1, 20)) references.push(await record(page, name));
      assert.equal(await kept(page, "waiting"), 20);
      assert.equal(new Set(references).size, 20);

      let heard;
      const seventh = new Promise((done) => {
        heard = done;
      });
      let release;
      const held = new Promise((done) => {
        release = done;
      });
      world.line.fate = async (count) => {
        if (count !== 7) return "pass";
        heard();
        await held;
        return "lose"; // The ledger records it; the page never hears.
      };
      await signal();
      await seventh;
      await page.reload();
      release();
      await until(async () => (await kept(page, "recorded")) === 20);

      const entries = await world.ledger.recorded(head);
      assert.deepEqual(
        entries.map((entry) => entry.type),
        Array(20).fill("ShipmentArrived"),
      );
      assert.deepEqual(
        entries.map((entry) => entry.data.shipment),
        names(1, 20),
      );
      assert.deepEqual(
        entries.map((entry) => entry.documents[0].ref),
        references,
      );
      assert.ok(world.line.writes.length > 20, "the seventh was sent again");
      assert.equal(new Set(world.line.writes.map((write) => write.key)).size, 20);
      assert.equal(world.line.atOnce, 1);
    });

    it("a refused item stays with its reason and holds up its shipment alone", async () => {
      await noSignal();
      await record(page, shipmentName(21));
      await page.goto(`${world.line.url}/#/dock?shipment=${shipmentName(21)}&act=hold`);
      await page.locator("#field-reason").fill("papers");
      await form(page);
      await page.locator(main_button).click();
      await page.waitForSelector(".dock-receipt");
      await record(page, shipmentName(22));
      await world.ledger.tell("customs", "ShipmentArrived", {
        shipment: shipmentName(21),
        units: [{ batch: "B01", from: 801, to: 840 }],
      });
      await signal();
      await settled(page, "refused", 1);
      await settled(page, "recorded", 1);
      const refused = page.locator(".item-refused");
      assert.match(
        await refused.textContent(),
        /Arrival of 40 units.*Something is not in the state that this needs/,
      );
      assert.match(
        await page.locator(".item[data-state=waiting]").textContent(),
        /Waits for the refused one/,
      );
      await page.reload();
      assert.match(await refused.textContent(), /Something is not in the state/);

      await refused.getByRole("button", { name: "Give up" }).click();
      await refused.getByRole("button", { name: "Keep it" }).click();
      await refused.getByRole("button", { name: "Give up" }).click();
      await refused.getByRole("button", { name: "Give up" }).click();
      await settled(page, "recorded", 2);
      assert.deepEqual(await arrivals(), [shipmentName(22), shipmentName(21)]);
    });

    it("a refused item is changed and goes in its old place", async () => {
      await noSignal();
      await page.goto(`${world.line.url}/#/dock?shipment=${shipmentName(23)}`);
      await page.locator("#units").fill("B01:1-3");
      await form(page);
      await page.locator(main_button).click();
      await page.waitForSelector(".dock-receipt");
      await signal();
      await settled(page, "refused", 1);
      await page.getByRole("button", { name: "Change it" }).click();
      await form(page);
      assert.equal(await page.locator("#units").inputValue(), "B01:1-3");
      await page.locator("#units").fill("12");
      await page.waitForSelector(".verdict-yes");
      await page.locator(main_button).click();
      await settled(page, "recorded", 1);
      await settled(page, "refused", 0);
      const [entry] = await world.ledger.recorded(head);
      assert.deepEqual(entry.data.units, [{ batch: "B01", from: 881, to: 892 }]);
    });

    it("two tabs drain as one", async () => {
      const other = await signIn(context, world.line, world.ledger);
      await noSignal();
      const order = [];
      for (let i = 24; i <= 29; i += 2) {
        await page.bringToFront();
        await record(page, shipmentName(i));
        await other.bringToFront();
        await record(other, shipmentName(i + 1));
        order.push(shipmentName(i), shipmentName(i + 1));
      }
      await signal();
      await until(async () => (await kept(page, "recorded")) === 6);
      assert.deepEqual(await arrivals(), order);
      assert.deepEqual(
        world.line.writes.map((write) => write.shipment),
        order,
      );
      assert.equal(world.line.atOnce, 1);
      await settled(page, "recorded", 6);
      await settled(other, "recorded", 6);
    });

    it("what was typed is there after a reload", async () => {
      await noSignal();
      await page.goto(`${world.line.url}/#/dock?shipment=${shipmentName(30)}&act=loss`);
      await page.locator("#units").fill("7");
      await page.locator("#field-report").fill("one crate missing <img src=x onerror=alert(1)>");
      await page.locator("#scan").fill("S-03");
      for (const typed of ["one crate missing", "S-03"]) await drafted(page, typed);
      await page.reload();
      await until(async () => (await page.locator("#scan").inputValue()) === "S-03");
      await until(async () => (await page.locator("#units").inputValue()) !== "");
      assert.equal(await page.locator("#units").inputValue(), "7");
      assert.match(await page.locator("#field-report").inputValue(), /^one crate missing/);
      assert.match(await page.locator(".answers").textContent(), /<img src=x/);
    });

    it("a shipment that this device never heard of is recorded all the same", async () => {
      await noSignal(); // First, or what is forgotten here is fetched again at once.
      await page.evaluate(
        () =>
          new Promise((done) => {
            // A device that has seen nothing yet.
            const opening = indexedDB.open("chipledger dock");
            opening.onsuccess = () => {
              const change = opening.result.transaction("known", "readwrite");
              change.objectStore("known").clear();
              change.oncomplete = () => {
                opening.result.close();
                done();
              };
            };
          }),
      );
      await page.reload();
      await page.waitForFunction(() => document.activeElement?.id === "scan");
      await scan(page, shipmentName(31));
      await page.waitForSelector("#units");
      await page.waitForFunction(() => document.activeElement?.id === "units");
      await page.keyboard.insertText("B01:1201-1240");
      await form(page);
      await page.locator(main_button).click();
      await page.waitForSelector(".dock-receipt");
      await signal();
      await settled(page, "recorded", 1);
      assert.deepEqual(await arrivals(), [shipmentName(31)]);
    });

    it("signed out or in as somebody else, it waits; as oneself, it goes", async () => {
      await noSignal();
      await record(page, shipmentName(32));
      await context.clearCookies();
      await signal();
      await page.waitForSelector("#token");
      await page.goto("about:blank");
      const other = await context.newPage();
      await other.goto(`${world.line.url}/#token=${world.ledger.tokens.logistics}`);
      await other.waitForSelector(".outbox .stale");
      assert.match(await other.locator(".outbox").textContent(), /1 item of another person waits/);
      assert.deepEqual(await arrivals(), []);
      await other.close();
      await page.goto(`${world.line.url}/#token=${world.ledger.tokens.customs}`);
      await settled(page, "recorded", 1);
      assert.deepEqual(await arrivals(), [shipmentName(32)]);
    });

    it("nothing goes out under the name of whoever signs in in another tab", async () => {
      const other = await context.newPage();
      await other.goto(`${world.line.url}/#token=${world.ledger.tokens.logistics}`);
      await other.waitForSelector(".outbox .note");
      await page.bringToFront();
      world.line.trials = false;
      await page.locator("#scan").fill(shipmentName(33));
      await page.keyboard.press("Enter");
      await form(page);
      await page.locator(main_button).click();
      await page.waitForSelector("#token");
      assert.equal(await kept(page, "waiting"), 1);
      assert.deepEqual(world.line.writes, []);
      await other.close();
      world.line.trials = true;
      await page.locator("#token").fill(world.ledger.tokens.customs);
      await page.keyboard.press("Enter");
      await settled(page, "recorded", 1);
      assert.deepEqual(await arrivals(), [shipmentName(33)]);
    });

    it("the page can be installed", async () => {
      const devtools = await context.newCDPSession(page);
      await page.waitForSelector("link[rel=manifest]", { state: "attached" });
      const { errors, manifest } = await devtools.send("Page.getAppManifest");
      assert.deepEqual(errors, []);
      assert.equal(manifest.startUrl, `${world.line.url}/#/dock`);
      const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
      const but = installabilityErrors.map((one) => one.errorId);
      assert.deepEqual(
        but.filter((id) => id !== "in-incognito"),
        [],
      ); // As every test's context is.
    });
  });
}
