// Makes the dock a thing that opens without a signal: manifest, service worker, storage that stays.
// Only here, so that nobody else's page fetches them. All of it needs HTTPS or localhost; elsewhere
// the outbox works while the page is open.

const after_first_view = 1_000; // Milliseconds: the browser asks for the icons too, and nobody waits for them.

let done = false;

export function install(): void {
  if (done) return;
  done = true;
  const manifest = document.createElement("link");
  manifest.rel = "manifest";
  manifest.href = "/dock.webmanifest";
  setTimeout(() => document.head.append(manifest), after_first_view);
  void navigator.storage?.persist?.().catch(() => false);
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register("/sw.js", { updateViaCache: "none" })
    .then(() => navigator.serviceWorker.ready)
    // The worker keeps who is signed in for when nobody can be asked; it has not seen that yet.
    .then((registration) => registration.active?.postMessage("who"))
    .catch(() => {}); // Blocked by the browser's settings: the page works, but not from cold.
}

/** Whether the page opens from cold without a signal. */
export const opensOffline = (): boolean =>
  "serviceWorker" in navigator && navigator.serviceWorker.controller !== null;
