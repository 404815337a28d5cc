import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { api, languages, visiting, type Visitor } from "../browser";

interface Inventory {
  position: number;
  units: Record<string, number>;
  approvals: { approval: string; available: number; granted: number; drawn: number; units: Record<string, number> }[];
}
interface Explained { value: number; terms: { amount: number }[] }

const inventory = (position?: number) => api<Inventory>("firm:F-A",
  "/v1/firms/F-A/inventory" + (position === undefined ? "" : `?as_of=${position}`));
const plain = (text: string) => text.replace(/\s+/g, " ");

async function check(visitor: Visitor) {
  await visitor.act("shell.check").click();
  await visitor.page.waitForSelector("dialog .check");
}

/** The statement on paper; once more where an entry of another came while it was printed. */
async function printed(visitor: Visitor) {
  const { page } = visitor;
  const spoken = page.locator("p.note", { hasText: visitor.t("firm.speaks_for", { position: "|" }).split("|")[0] });
  const signed = page.locator(".head-text");
  await signed.waitFor();
  for (;;) {
    const [said, head] = [await spoken.innerText(), await signed.innerText()];
    const file = join(mkdtempSync(join(tmpdir(), "statement-")), "statement.pdf");
    writeFileSync(file, await page.pdf({ format: "A4" }));
    const text = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
    rmSync(dirname(file), { recursive: true });
    if (said === await spoken.innerText() && head === await signed.innerText())
      return { text, head: head.split("\n"), position: Number(/\d[\d,.]*/.exec(said)?.[0].replace(/\D/g, "")) };
  }
}

describe.each(languages)("a firm, %s", (language) => {
  it("reads in one sentence what it may still import", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("firm:F-A");
      const { approvals, units } = await inventory();
      const sentence = plain(await visitor.page.locator("h1.answer").innerText());
      const available = approvals.reduce((sum, one) => sum + one.available, 0);
      expect(sentence).toContain(visitor.number(available));
      expect(sentence).toContain(visitor.number(approvals.reduce((sum, one) => sum + one.granted, 0)));
      expect(sentence).toContain(visitor.number(units.in_transit ?? 0));
      for (const { approval, drawn } of approvals) {
        const card = visitor.page.locator("article.approval", { hasText: approval });
        expect(plain(await card.innerText())).toContain(visitor.number(drawn));
      }
    }));

  it("opens the entries behind a number, by keyboard, and their sum is the number", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("firm:F-A");
      const { page } = visitor;
      const figure = page.locator(".journey button.figure").nth(3);
      const shown = await figure.innerText();
      await figure.focus();
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog .terms li");
      expect(await page.locator("dialog .why-sum strong").innerText()).toBe(shown);
      expect(page.url()).toContain("why=");
      const { value, terms } = await api<Explained>("firm:F-A", "/v1/audit/explain?firm=F-A&state=held");
      expect(visitor.number(value)).toBe(shown);
      expect(terms.reduce((sum, term) => sum + term.amount, 0)).toBe(value);
      expect(await page.locator("dialog .curl code").innerText()).toContain("/v1/audit/explain?firm=F-A&state=held");
      await page.keyboard.press("Escape");
      await page.waitForSelector("dialog", { state: "detached" });
      expect(await page.evaluate(() => document.activeElement?.className)).toBe("figure");
    }));

  it("confirms a delivery and a deployment with the keyboard alone, and sees them counted", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("firm:F-A");
      const { page } = visitor;
      const before = await inventory();
      for (const kind of ["deliver", "deploy"]) {
        await visitor.button(`firm.${kind}`).focus();
        await page.keyboard.press("Enter");
        await page.getByLabel(visitor.t("firm.site")).waitFor();
        await page.locator("#count").focus();
        await page.keyboard.press("Control+A");
        await page.keyboard.type("7");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Control+A");
        await page.keyboard.type("A-DC-1");
        await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.waitForSelector("dialog .check");
        expect(await inventory().then((now) => now.units.deployed)).toBe(before.units.deployed);  // Not yet.
        const act = visitor.act(`firm.${kind}_verb`, { units: 7 });
        await act.waitFor();
        expect(await act.evaluate((button) => button === document.activeElement)).toBe(true);
        await page.keyboard.press("Enter");
        await page.waitForSelector("dialog .receipt");
        await page.keyboard.press("Enter");  // Close has the focus.
        await page.waitForSelector("dialog", { state: "detached" });
      }
      const after = await inventory();
      expect(after.units.deployed).toBe((before.units.deployed ?? 0) + 7);
      expect(after.units.cleared).toBe((before.units.cleared ?? 0) - 7);
      await page.waitForFunction((text) => document.querySelector(".journey")?.textContent?.includes(text),
        visitor.number(after.units.deployed ?? 0));  // By the feed, without a reload.
    }));

  it("applies for an approval and gives evidence", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("firm:F-A");
      const { page } = visitor;
      await visitor.button("firm.apply").click();
      await page.waitForFunction(() => document.activeElement?.id === "qty");  // Nothing to click first.
      await page.getByLabel(visitor.t("firm.apply_qty")).fill("1200");
      await page.getByLabel(visitor.t("firm.end_use")).fill("weather models");
      const name = `APP-web-${language}-${Date.now()}`;
      await page.getByLabel(visitor.t("firm.own_number")).fill(name);
      await check(visitor);
      await visitor.act("firm.apply_verb", { units: 1200 }).click();
      await page.waitForSelector("dialog .receipt");
      expect((await api<{ qty: number }>("firm:F-A", `/v1/applications/${name}`)).qty).toBe(1200);
      await page.keyboard.press("Escape");
      await page.locator(".applied li", { hasText: name })  // Where it stands is on the first screen.
        .filter({ hasText: visitor.t("word.status_submitted") }).waitFor();
      await visitor.button("firm.evidence").click();
      await page.getByLabel(visitor.t("firm.evidence_ref")).fill("report 2026-Q2");
      await check(visitor);
      await visitor.act("firm.evidence_verb").click();
      await page.waitForSelector("dialog .receipt");
    }));

  it("is told what it may not do, with the numbers that decided", async () => {
    await visiting({ language }, async (visitor) => {
      await visitor.enter("firm:F-A", "#/firm?act=apply");
      const { page } = visitor;
      await page.getByLabel(visitor.t("firm.apply_qty")).fill("5");
      await page.getByLabel(visitor.t("firm.end_use")).fill("x");
      await page.getByLabel(visitor.t("firm.own_number")).fill("APP-001");  // Taken.
      await visitor.act("shell.check").click();
      await visitor.refused("duplicate-application");
      // What to do is said in the reader's language; the server's own words come after it.
      if (language === "zh-CN")
        await page.getByText(visitor.t("remedy.duplicate-application"), { exact: true }).waitFor();
      expect(await page.getByLabel(visitor.t("firm.end_use")).inputValue()).toBe("x");  // Nothing typed is lost.
    });
  });

  it("sees what moved since its last visit", () =>
    visiting({ language }, async (visitor) => {
      const { page } = visitor;
      const { position } = await inventory();
      await visitor.enter("firm:F-A");
      await page.getByText(visitor.t("firm.first_visit")).waitFor();
      await page.evaluate((seen) => {
        localStorage.setItem("seen firm:F-A F-A", String(seen));
        sessionStorage.clear();
      }, position - 400);
      await page.reload();
      await page.waitForSelector(".since .changes li");
      expect(await page.locator(".since .changes li").count()).toBeGreaterThan(1);
    }));

  it("prints a statement that holds its figures and the signed head", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("firm:F-A");
      const { page } = visitor;
      const { text, position, head } = await printed(visitor);
      const { approvals, units } = await inventory(position);
      for (const { approval, granted, available, drawn } of approvals) {
        expect(text).toContain(approval);
        for (const units of [granted, available, drawn]) expect(text).toContain(visitor.number(units));
      }
      // Where the units are, above the chart, which says it again of some states.
      const figures = text.split(visitor.t("firm.approvals"))[0] ?? "";
      for (const state of ["in_transit", "arrived", "held", "cleared", "delivered", "deployed"])
        expect(figures, state).toContain(visitor.number(units[state] ?? 0));
      expect(text).toContain(visitor.number(position));
      expect(head[1], "the head does not cover the figures").toBe(String(position));
      expect(text.replace(/\s+/g, "")).toContain((head[2] ?? "?").replace(/\s+/g, ""));  // The root.
      expect(text).not.toContain(visitor.t("firm.apply"));  // No buttons on paper.
      const saved = async (key: "firm.csv" | "firm.xlsx") => {
        const [file] = await Promise.all([page.waitForEvent("download"),
          page.getByRole("link", { name: visitor.t(key) }).click()]);
        return readFileSync(await file.path());
      };
      const [names = "", ...rows] = (await saved("firm.csv")).toString("utf8").replace("\ufeff", "").trim().split("\r\n");
      const column = (row: string, name: string) => row.split(",")[names.split(",").indexOf(name)];
      const deployed = rows.find((row) => column(row, "state") === "deployed") ?? "";
      const stated = Number(column(deployed, "position"));
      expect(stated).toBeGreaterThanOrEqual(position);
      expect(column(deployed, "units")).toBe(String((await inventory(stated)).units.deployed));
      expect((await saved("firm.xlsx")).subarray(0, 2).toString()).toBe("PK");
    }));
});
