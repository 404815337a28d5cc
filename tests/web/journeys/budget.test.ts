// What the first view costs, as the server sends it.
import { request } from "node:http";
import { expect, it } from "vitest";
import { best, tokens, url, visiting, type Role } from "../browser";

interface Got { path: string; size: number; headers: Record<string, string | string[] | undefined> }

const get = (path: string) => new Promise<Got>((done, no) => {
  request(url + path, { headers: { "Accept-Encoding": "br" } }, (response) => {
    let size = 0;
    response.on("data", (piece: Buffer) => { size += piece.length; });
    response.on("end", () => done({ path, size, headers: response.headers }));
  }).on("error", no).end();
});

const roles: Role[] = ["firm:F-A", "auditor", "regulator", "customs"];
it.each(roles)("at most 60 KB of brotli and 6 requests until the answer of %s is there", (role) =>
  visiting({}, async ({ page }) => {
    const asked: string[] = [];
    page.on("request", (one) => asked.push(new URL(one.url()).pathname + new URL(one.url()).search));
    let until = 0;
    await page.exposeFunction("answered", () => { until ||= asked.length; });
    await page.addInitScript(() => {
      new MutationObserver(() => {
        if (document.querySelector("main.view h1")) (window as unknown as { answered: () => void }).answered();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${url}/#token=${tokens[role]}`);
    await page.waitForSelector("main.view h1");
    await page.waitForFunction(() => performance.now() > 500);
    const before = asked.slice(0, Math.max(until, 1)).filter((path) => !path.startsWith("data:"));
    expect(before.length, before.join(" ")).toBeLessThanOrEqual(6);
    const files = [...new Set(asked.filter((path) => !/^\/(v1|sw\.js)/.test(path)))];
    const got = await Promise.all(files.map(get));
    for (const { path, headers } of got) {
      if (/-[A-Z0-9]{8}\.(js|css)$/.test(path)) expect(headers["cache-control"], path).toContain("immutable");
      if (/\.(js|css)$/.test(path) || path === "/") expect(headers["content-encoding"], path).toBe("br");
    }
    const page_ = got.find(({ path }) => path === "/");
    const policy = String(page_?.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const size = got.reduce((sum, one) => sum + one.size, 0);
    expect(size, got.map((one) => `${one.path} ${one.size}`).join(", ")).toBeLessThanOrEqual(60 * 1024);
  }));

/** A first visit over a slow line: ms until there is text, and until there is the answer. */
const slowVisit = async () => {
  const times: number[] = [];
  await visiting({}, async ({ page, context }) => {
    const wire = await context.newCDPSession(page);
    await wire.send("Network.enable");
    await wire.send("Network.emulateNetworkConditions",
      { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
    const begun = performance.now();
    await page.goto(`${url}/#token=${tokens["firm:F-A"]}`, { waitUntil: "commit" });
    for (const sign of [".mark", "h1.answer"]) {
      await page.waitForSelector(sign);
      times.push(performance.now() - begun);
    }
  });
  return times;
};

it("at 400 ms and 50 kB/s there is text in 3 s, and the answer in 5 s", async () => {
  const [text, usable] = await best(3, slowVisit);
  expect(text).toBeLessThan(3000);
  expect(usable).toBeLessThan(5000);
});

it("asks no other origin for anything", () =>
  visiting({}, async ({ page }) => {
    const foreign: string[] = [];
    page.on("request", (one) => { if (!one.url().startsWith(url) && !one.url().startsWith("data:")) foreign.push(one.url()); });
    await page.goto(`${url}/#token=${tokens.auditor}`);
    await page.waitForSelector(".badge-verified");
    expect(foreign).toEqual([]);
  }));
