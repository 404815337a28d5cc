// On a server that script/server --tamper-demo started: one entry is not what was signed.
import { describe, expect, it } from "vitest";
import { api, languages, visiting } from "../browser";

interface Page { data: { position: number; type: string; data: object }[] }

const altered = async () => {
  const { data } = await api<Page>("firm:F-A", "/v1/events?type=ShipmentCleared&order=desc&limit=1");
  return data[0]?.position ?? 0;
};

describe.each(languages)("an altered entry, %s", (language) => {
  it("is named by the auditor's badge, which reads the whole log", () =>
    visiting({ language }, async (visitor) => {
      await visitor.enter("auditor");
      const badge = visitor.page.locator(".badge-failed");
      await badge.waitFor();
      expect(await badge.innerText()).toContain(visitor.t("proof.failed_at", { entry: await altered() }));
      await badge.click();
      await visitor.page.getByText(visitor.t("proof.failed_means")).waitFor();
    }));

  it("does not prove itself when it is asked to", () =>
    visiting({ language }, async (visitor) => {
      const entry = await altered();
      await visitor.enter("auditor", `#/audit?at=${entry}`);
      await visitor.page.locator('li.step[aria-current="step"] button.step-line').click();
      await visitor.button("proof.prove").click();
      await visitor.page.getByText(visitor.t("proof.entry_failed", { entry })).waitFor();
    }));
});
