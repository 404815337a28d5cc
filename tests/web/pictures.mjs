// Pictures of the page for docs/img, from a server with the demo.
// usage: CHIPLEDGER_URL=… CHIPLEDGER_DATA=… node tests/web/pictures.mjs [name]…   (none: all)
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const url = process.env.CHIPLEDGER_URL;
const tokens = JSON.parse(readFileSync(join(process.env.CHIPLEDGER_DATA ?? "", "tokens.json"), "utf8"));
const folder = fileURLToPath(new URL("../../docs/img/", import.meta.url));
mkdirSync(folder, { recursive: true });

/** Name, role, address, what must be there, and what to do then. */
const screens = [
  ["firm", "firm:F-A", "#/firm", ".chart svg"],
  ["audit", "auditor", "#/audit?at=2000", "li.step"],
  ["regulator", "regulator", "#/regulator", "table.approvals"],
  ["regulator-act", "regulator", "#/regulator?act=revoke&on=AP-10", "dialog", async (page) => {
    await page.locator("dialog textarea").fill("end use differs");
    await page.locator("dialog button.primary").click();
    await page.waitForSelector("dialog table.differences");
  }],
  ["dock", "customs", "#/dock", ".due"],
  ["dock-form", "customs", "#/dock?shipment=S-0288", ".verdict-yes"],
];
const wanted = process.argv.slice(2);
const looks = [[1280, 800, "en", "light"], [360, 740, "zh-CN", "light"]];

for (const [width, height, locale, colorScheme] of looks) {
  for (const [name, role, address, until, act] of screens) {
    if (wanted.length && !wanted.includes(name)) continue;
    const profile = mkdtempSync(join(tmpdir(), "pictures-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: "/usr/bin/chromium", headless: true, viewport: { width, height }, locale, colorScheme,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const page = context.pages()[0];
    await page.goto(`${url}/#token=${tokens[role]}`);
    await page.waitForSelector("main.view h1");
    await page.evaluate((hash) => { location.hash = hash; }, address);
    await page.waitForSelector(until);
    await page.waitForSelector(".badge-verified");
    await act?.(page);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
