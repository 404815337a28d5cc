import { describe, expect, it } from "vitest";
import { api, languages, visiting, type Visitor } from "../browser";

interface Balance { approval: string; firm: string; status: string; granted: number; available: number;
  forfeited: number; valid_to: string }

const balance = (id: string) => api<Balance>("regulator", `/v1/approvals/${id}`);
const plain = (text: string) => text.replace(/\s+/g, " ");

/** Fills in, checks, and leaves the dialog at what would change. */
async function checked(visitor: Visitor, kind: string, id: string, fields: Record<string, string>) {
  await visitor.go(`#/regulator?act=${kind}&on=${id}`);
  for (const [name, value] of Object.entries(fields)) await visitor.page.locator(`dialog [name=${name}]`).fill(value);
  await visitor.act("shell.check").click();
  await visitor.page.waitForSelector("dialog .check");
}

async function confirmed(visitor: Visitor, key: string, blanks: Record<string, string | number>) {
  await visitor.act(key, blanks).click();
  await visitor.page.waitForSelector("dialog .receipt");
  const receipt = await visitor.page.locator("dialog .receipt").innerText();
  await visitor.page.keyboard.press("Escape");
  await visitor.page.waitForSelector("dialog", { state: "detached" });
  // The screen has learned of it, or of a later entry, so that the next act is of what is there now.
  await visitor.page.waitForFunction((position) => {
    const [shown] = document.querySelector("p.lede")?.textContent?.match(/\d[\d,]*/) ?? [];
    return Number(shown?.replaceAll(",", "")) >= position;
  }, Number(receipt.replace(/\D/g, "")));
}

// Each language works on approvals of its own, so that both may run at once.
const cases = [["en", "AP-11", "APP-015"], ["zh-CN", "AP-12", "APP-016"]] as const;
describe.each(cases)("a regulator, %s", (language, id, application) => {
  it("sees exposure against caps as the server counts it", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("regulator");
      await visitor.page.waitForSelector("table.caps");
      const { firms } = await api<{ firms: { name: string; exposure: Record<string, number>; cap: Record<string, number> }[] }>(
        "regulator", "/v1/summary");
      for (const { name, exposure, cap } of firms)
        for (const [period, used] of Object.entries(exposure)) {
          if (!used) continue;
          const row = visitor.page.locator("table.caps tr", { hasText: name }).filter({ hasText: period });
          const text = plain(await row.innerText());
          expect(text).toContain(visitor.number(used));
          expect(text).toContain(visitor.number(cap[period] ?? 0));
        }
    }));

  it("suspends, reinstates and amends, and sees before it does what will change", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("regulator");
      const before = await balance(id);
      await checked(visitor, "suspend", id, { reason: "under audit" });
      await visitor.page.waitForSelector("dialog table.differences");
      expect(plain(await visitor.page.locator("dialog .check").innerText()))
        .toContain(visitor.t("word.status_suspended"));
      expect((await balance(id)).status).toBe(before.status);  // Nothing has happened yet.
      await confirmed(visitor, "regulator.suspend_verb", { approval: id });
      expect((await balance(id)).status).toBe("suspended");
      await checked(visitor, "reinstate", id, { reason: "audit done", restored: "0" });
      await confirmed(visitor, "regulator.reinstate_verb", { approval: id });
      await checked(visitor, "amend", id, { granted: String(before.granted + 100) });
      const table = plain(await visitor.page.locator("dialog table.differences").innerText());
      expect(table).toContain("+100");
      await confirmed(visitor, "regulator.amend_verb", { approval: id });
      expect((await balance(id)).available).toBe(before.available + 100);
    }));

  it("revokes with the forfeited units named beforehand, and reinstates them", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("regulator");
      const before = await balance(id);
      await checked(visitor, "revoke", id, { reason: "end use differs" });
      await visitor.page.waitForSelector("dialog table.differences");
      const table = plain(await visitor.page.locator("dialog table.differences").innerText());
      expect(table).toContain(`−${visitor.number(before.available)}`);
      expect(table).toContain(`+${visitor.number(before.available)}`);
      await confirmed(visitor, "regulator.revoke_verb", { approval: id });
      expect(await balance(id)).toMatchObject({ status: "revoked", available: 0, forfeited: before.available });
      await checked(visitor, "reinstate", id, { reason: "error found" });
      await confirmed(visitor, "regulator.reinstate_verb", { approval: id });
      expect((await balance(id)).available).toBe(before.available);
    }));

  it("is told how much is committed where it would grant less", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("regulator", `#/regulator?act=amend&on=${id}`);
      const { approval, granted, available } = await balance(id);
      await visitor.page.locator("dialog [name=granted]").fill("1");
      await visitor.act("shell.check").click();
      await visitor.refused("below-committed");
      const numbers = { requested: 1, available: granted - available };
      await visitor.page.getByText(visitor.t("shell.numbers_committed", numbers)).waitFor();
      // And nothing is short by less than nothing.
      expect(await visitor.page.locator("dialog").innerText(), approval).not.toMatch(/\s[-−]\d/);
    }));

  it("grants an application, after a no that names the numbers", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("regulator");
      const { page } = visitor;
      const fields = { granted: "100", valid_from: "2026-07-01", valid_to: "2026-12-31", approval: `AP-web-${language}-${Date.now()}` };
      await visitor.go(`#/regulator?act=grant&on=${application}`);
      for (const [name, value] of Object.entries({ ...fields, approval: "AP-01" }))
        await page.locator(`dialog [name=${name}]`).fill(value);
      await visitor.act("shell.check").click();
      await visitor.refused("duplicate-approval");
      await page.locator("dialog [name=approval]").fill(fields.approval);
      await visitor.act("shell.check").click();
      await page.waitForSelector("dialog table.differences");
      await confirmed(visitor, "regulator.grant_verb", { units: 100 });
      expect((await balance(fields.approval)).granted).toBe(100);
    }));
});
