// What an officer does with the page, and what is waited for in between. Nothing sleeps.
export const main_button = ".press button.primary";

/** A page of the dock, signed in, with the worker that opens it without a signal in charge. */
export async function signIn(context, line, ledger, role = "customs") {
  const page = await context.newPage();
  page.trouble = [];
  page.on("pageerror", (error) => page.trouble.push(error.message));
  await page.goto(`${line.url}/#token=${ledger.tokens[role]}`);
  await page.waitForSelector(".due, .due-group, .waiting:has-text('Nothing')");
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.waitForFunction(async () =>
    Boolean(await (await caches.open("chipledger who")).match("/v1/session")),
  );
  return page;
}

/** Keys as a scanner sends them: 5 ms apart by their time stamps, ended by Enter. */
export async function scan(page, label) {
  const devtools = await page.context().newCDPSession(page);
  let timestamp = Date.now() / 1000;
  for (const key of [...label, "Enter"]) {
    const enter = { code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };
    const press = {
      key,
      timestamp: (timestamp += 0.005),
      ...(key === "Enter" ? enter : { text: key }),
    };
    await devtools.send("Input.dispatchKeyEvent", { type: "keyDown", ...press });
    await devtools.send("Input.dispatchKeyEvent", { type: "keyUp", ...press, text: undefined });
  }
  await devtools.detach();
}

export const form = (page) => page.waitForSelector(`${main_button}[data-settled]`);

/** Label, look, Enter. Leaves the receipt on the screen, the box ready; gives the reference. */
export async function record(page, label) {
  await page.waitForFunction(() => document.activeElement?.id === "scan");
  await scan(page, label);
  await page.waitForFunction(
    (id) => document.querySelector(".dock-check h1")?.textContent === id,
    label,
  );
  await form(page);
  await page.waitForFunction(
    (button) => document.activeElement === document.querySelector(button),
    main_button,
  );
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    (id) => document.querySelector(".receipt-about")?.textContent?.startsWith(id),
    label,
  );
  return page.locator(".reference").textContent();
}

export const items = (page) =>
  page
    .locator(".item")
    .evaluateAll((list) => list.map((one) => ({ state: one.dataset.state, ref: one.dataset.ref })));

/** Waits until `count` items are in this state on the screen of the outbox. An event that a phone
    misses as its network returns costs up to a heartbeat of the drainer, 60 s. */
export const settled = (page, state, count) =>
  page
    .waitForFunction(
      ([name, wanted]) =>
        document.querySelectorAll(`.item[data-state="${name}"]`).length === wanted,
      [state, count],
      { timeout: 100_000 },
    )
    .catch(async (late) => {
      const shown = JSON.stringify(await items(page));
      const outbox = JSON.stringify(await stored(page, "outbox"));
      throw new Error(`never ${count} ${state}: shown ${shown}, kept ${outbox}`, { cause: late });
    });

/** What a store of the device's database holds, whatever the screen shows of it. */
const stored = (page, name) =>
  page.evaluate(
    (of) =>
      new Promise((done, no) => {
        const opening = indexedDB.open("chipledger dock");
        opening.onerror = no;
        opening.onsuccess = () => {
          const asked = opening.result.transaction(of).objectStore(of).getAll();
          asked.onsuccess = () => {
            opening.result.close();
            done(asked.result);
          };
        };
      }),
    name,
  );

/** How many items of the device's outbox are in this state. */
export const kept = async (page, state) =>
  (await stored(page, "outbox")).filter((item) => item.state === state).length;

/** Waits until what was typed is on the device. */
export const drafted = (page, text) =>
  until(async () => JSON.stringify(await stored(page, "drafts")).includes(text));

export async function until(holds) {
  for (let tries = 0; tries < 600; ++tries) {
    if (await holds()) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`never came true: ${holds}`);
}
