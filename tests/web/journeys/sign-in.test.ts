import { describe, expect, it } from "vitest";
import { languages, tokens, url, visit, visiting, type Role } from "../browser";

const first: [Role, string][] = [["firm:F-A", "firm"], ["auditor", "audit"], ["regulator", "regulator"],
  ["customs", "dock"], ["logistics", "dock"], ["admin", "firm"]];

describe.each(languages)("sign in, %s", (language) => {
  it("by a token that is typed, with the keyboard alone; a wrong one is refused in words", async () => {
    const visitor = await visit({ language });
    const { page, t } = { page: visitor.page, t: visitor.t.bind(visitor) };
    await page.goto(url);
    await page.getByLabel(t("shell.token"), { exact: true }).waitFor();
    expect(await page.getAttribute("html", "lang")).toBe(language);
    await page.getByLabel(t("shell.token"), { exact: true }).focus();
    await page.keyboard.type("clk_firm_wrong");
    await page.keyboard.press("Enter");
    await visitor.refused("unauthenticated");
    await page.getByLabel(t("shell.token"), { exact: true }).fill("");
    await page.keyboard.type(tokens["firm:F-A"]);
    await page.keyboard.press("Enter");
    await page.waitForSelector("main.view h1.answer");
    expect(await page.evaluate("document.cookie")).toBe("");  // No script reads the session.
    await page.reload();
    await page.waitForSelector("main.view h1.answer");  // The cookie holds.
    // Out of reach, nobody is signed out, and the page says so.
    await page.context().setOffline(true);
    await visitor.button("shell.sign_out").click();
    await visitor.refused("offline");
    await page.context().setOffline(false);
    await visitor.button("shell.sign_out").click();
    await page.getByLabel(t("shell.token"), { exact: true }).waitFor();
    await page.reload();
    await page.getByLabel(t("shell.token"), { exact: true }).waitFor();
    // That nobody is signed in is an answer too, which browsers write to the console as an error.
    const expected = /status of 401|ERR_INTERNET_DISCONNECTED/;
    expect(visitor.errors.filter((error) => !expected.test(error))).toEqual([]);
    await visitor.leave();
  });
});

it.each(first)("by the link of %s, whose first view is %s", (role, view) =>
  visiting({}, async ({ page }) => {
    await page.goto(`${url}/#token=${tokens[role]}`);
    await page.waitForFunction((name) => location.hash.startsWith(`#/${name}`), view);
    expect(page.url()).not.toContain(tokens[role]);
    await page.waitForSelector(`main.view-${view}`);
  }));

it("a link shows the same screen again", () =>
  visiting({}, async (visitor) => {
    const { page } = visitor;
    await visitor.enter("auditor", "#/audit?at=1500&density=many&with=1400");
    await page.waitForFunction(() => document.querySelectorAll("li.step").length === 20);
    await page.waitForSelector("table.differences");
    const seen = await page.locator("main").innerText();
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll("li.step").length === 20);
    await page.waitForSelector("table.differences");
    expect(await page.locator("main").innerText()).toBe(seen);
  }));

it("a view of another role is not opened by its address", () =>
  visiting({}, async (visitor) => {
    await visitor.enter("firm:F-A", "#/regulator");
    await visitor.page.waitForFunction(() => location.hash.startsWith("#/firm"));
    expect(await visitor.page.locator("main.view-regulator").count()).toBe(0);
  }));

it("another's link in the same tab signs them in, and nothing of the first stays", () =>
  visiting({}, async (visitor) => {
    const { page } = visitor;
    await visitor.enter("auditor");
    await page.evaluate((token) => { location.hash = `token=${token}`; }, tokens["firm:F-A"]);
    await page.waitForSelector("main.view-firm h1.answer").catch(async () => {
      throw new Error(`${page.url()} ${await page.locator("body").innerText()} ${visitor.errors.join()}`);
    });
    expect(page.url()).not.toContain("token");
    expect(await page.locator("nav").count()).toBe(0);
  }));
