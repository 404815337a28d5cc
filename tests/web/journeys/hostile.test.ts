// What others wrote is text, whatever they wrote.
import { expect, it } from "vitest";
import { api, visiting } from "../browser";

const corpus = [
  "<img src=x onerror=window.hacked=1>", "<script>window.hacked=1</script>", "\"><svg onload=window.hacked=1>",
  "javascript:window.hacked=1", "'-window.hacked=1-'", "{{constructor.constructor('window.hacked=1')()}}",
  "<iframe srcdoc='<script>parent.hacked=1</script>'>", "</textarea><script>window.hacked=1</script>",
  "<a href=javascript:window.hacked=1>x</a>", "=cmd|'/c calc'!A1", "\u202Etxt.exe", "&lt;b&gt;",
];

const record = (role: "regulator" | "firm:F-A", type: string, data: object, reason?: string) =>
  api(role, "/v1/events", { type, data, ...(reason && { reason }) });

it("shows every text field as it is, and runs none of it", () =>
  visiting({}, async (visitor) => {
    const { page } = visitor;
    for (const [i, text] of corpus.entries()) {
      await record("regulator", "FirmRegistered", { firm: `X-${i}`, name: text, tier: "T2", sector: text });
      await record("firm:F-A", "ApplicationSubmitted",
        { application: `X-${i}`, firm: "F-A", sku: "H200-141G", qty: 1, end_use: text }, text);
      await record("firm:F-A", "ConditionEvidenced",
        { approval: "AP-10", condition: "Quarterly end-use report", evidence: text });
    }
    page.on("dialog", () => { throw new Error("a dialog was opened"); });
    await visitor.enter("regulator");
    await page.waitForSelector(".applications");
    const regulator = await page.locator("main").innerText();
    for (const text of corpus) expect(regulator).toContain(text);
    await visitor.go("#/firm?firm=X-0");
    await page.locator(".eyebrow", { hasText: corpus[0] ?? "" }).waitFor();
    await visitor.go("#/firm?firm=F-A");
    await page.locator(".eyebrow", { hasText: "Lanting Cloud" }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll("li.entry").length === 12);
    // Others record meanwhile, so lines come and go.
    const closed = page.locator('button.entry-line[aria-expanded="false"]');
    while (await closed.count() > 0) await closed.first().click();
    await page.waitForFunction(() => document.querySelectorAll(".entry-body pre").length >= 12);
    const opened = await page.locator("main").innerText();
    for (const text of corpus.slice(-6)) expect(opened).toContain(JSON.stringify(text).slice(1, -1));
    await visitor.go("#/audit?density=few");
    await page.waitForSelector("li.step");
    for (const address of ["#/audit?why=state!%3Cimg%20src=x%20onerror=window.hacked=1%3E!held",
      "#/firm?firm=%3Cscript%3Ewindow.hacked=1%3C/script%3E", "#/%3Cimg src=x onerror=window.hacked=1%3E"]) {
      await visitor.go(address);
      await page.waitForFunction(() => performance.now() > 0);
    }
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("main img, main script, main iframe, main svg[onload]").count()).toBe(0);
    visitor.errors.splice(0, visitor.errors.length,
      ...visitor.errors.filter((error) => !/status of 4\d\d/.test(error)));  // There is no such firm.
    expect(visitor.errors).toEqual([]);
  }));
