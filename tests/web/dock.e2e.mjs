// The dock in a real browser against a real server, over a line that can be cut.
// usage: node tests/web/dock.e2e.mjs   (chipledger is built before, or script/server builds it)
import { after, before, describe } from "node:test";
import { chromium } from "playwright-core";
import { openLedger } from "./dock/ledger.mjs";
import { openLine } from "./dock/line.mjs";
import { look } from "./dock/look.mjs";
import { offline } from "./dock/offline.mjs";
import { scanning } from "./dock/scanning.mjs";

describe("the dock", { timeout: 600_000 }, () => {
  const world = {};
  before(async () => {
    world.ledger = await openLedger(60);
    world.line = await openLine(world.ledger.url);
    world.browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
  });
  after(async () => {
    await world.browser?.close();
    await world.line?.close();
    await world.ledger?.stop();
  });
  offline(world);
  scanning(world);
  look(world);
});
