import { describe, expect, it } from "vitest";
import { api, languages, tokens, url, visit, visiting } from "../browser";

const evidence = (text: string) => api<{ position: number }>("firm:F-A", "/v1/events",
  { type: "ConditionEvidenced", data: { approval: "AP-10", condition: "Quarterly end-use report", evidence: text } });

describe.each(languages)("live, %s", (language) => {
  it("shows an entry as it comes, and says where it is", () =>
    visiting({ language }, async (visitor) => {
      const { page } = visitor;
      await visitor.enter("firm:F-A");
      await page.locator(".live-live").waitFor();
      await page.waitForSelector("li.entry");
      const { position } = await evidence(`live ${language}`);
      await page.locator(".entry-position", { hasText: visitor.number(position) }).waitFor();
      expect(await page.locator(".live").innerText()).toContain(visitor.number(position));
    }));

  it("says that it is offline, keeps what it knows, and comes back by itself", () =>
    visiting({ language }, async (visitor) => {
      const { page, context } = visitor;
      await visitor.enter("firm:F-A");
      await page.locator(".live-live").waitFor();
      const sentence = await page.locator("h1.answer").innerText();
      await context.setOffline(true);
      await page.getByText(visitor.t("shell.lost"), { exact: true }).waitFor();
      await page.locator(".stale").first().waitFor();
      expect(await page.locator("h1.answer").innerText()).toBe(sentence);
      await context.setOffline(false);
      const { position } = await evidence(`back ${language}`);
      await page.locator(".live-live").waitFor();
      await page.locator(".entry-position", { hasText: visitor.number(position) }).waitFor({ timeout: 20_000 });
      await page.waitForFunction(() => !document.querySelector(".stale"));
      visitor.errors.splice(0);  // What the network said while it was away.
    }));
});

it("holds one connection for all tabs of a browser", async () => {
  const visitor = await visit();
  const feeds: string[] = [];
  visitor.context.on("request", (one) => { if (one.url().includes("/events/stream")) feeds.push(one.url()); });
  await visitor.enter("firm:F-A");
  await visitor.page.locator(".live-live").waitFor();
  const second = await visitor.context.newPage();
  await second.goto(url);
  await second.waitForSelector("li.entry");
  const { position } = await evidence("two tabs");
  await second.locator(".entry-position", { hasText: visitor.number(position) }).waitFor();
  expect(feeds.length).toBe(1);
  await visitor.leave();
});

it("verifies on plain HTTP, where browsers offer no crypto.subtle", async () => {
  const { port } = new URL(url);
  const host = `http://ledger.test:${port}`;
  await visiting({ host, args: ["--host-resolver-rules=MAP ledger.test 127.0.0.1"] }, async (visitor) => {
    const { page } = visitor;
    await visitor.enter("firm:F-A");
    expect(await page.evaluate("globalThis.crypto.subtle")).toBeUndefined();
    await page.locator(".badge-verified").waitFor();
    await page.locator("button.entry-line").first().click();
    await visitor.button("proof.prove").click();
    await page.getByText(/Verified here: in the signed log/).waitFor();
    await page.locator("button.badge").click();
    await page.getByText(visitor.t("proof.check_latest", { entries: 6 })).waitFor();
    // Browsers say that they take no COOP from plain HTTP.
    visitor.errors.splice(0, visitor.errors.length,
      ...visitor.errors.filter((error) => !error.includes("Cross-Origin-Opener-Policy")));
  });
});

it("refuses a log whose key is another than it saw before, until it is told to forget", () =>
  visiting({}, async (visitor) => {
    const { page } = visitor;
    await page.goto(url);
    await page.evaluate(() => localStorage.setItem("log keys", "other+00000000+AQ=="));
    await page.goto(`${url}/#token=${tokens["firm:F-A"]}`);
    await page.reload();
    await page.locator(".badge-failed").click();
    await visitor.button("proof.forget").click();
    await page.locator(".badge-verified").waitFor();
    visitor.errors.splice(0, visitor.errors.length,
      ...visitor.errors.filter((error) => !/status of 401/.test(error)));
  }));
