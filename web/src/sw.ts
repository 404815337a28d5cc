/// <reference lib="webworker" />
// The page without a signal: its files, and who was signed in. Everything else under /v1 is always
// asked of the server; what is due, drafts and the outbox are the page's own, in IndexedDB.
export {};
declare const self: ServiceWorkerGlobalScope;
declare const BUILD_FILES: string[];
declare const BUILD_ID: string;

const files_cache = `chipledger files ${BUILD_ID}`;
const who_cache = "chipledger who";
const session = "/v1/session";
const session_wait = 4_000; // ms; a dock's signal may be worse than none.

async function precache(): Promise<void> {
  const cache = await caches.open(files_cache);
  // "/" has no hash in its name: past the browser's own cache.
  await cache.addAll(
    BUILD_FILES.map(
      (file) => new Request(file, { cache: /-[A-Z0-9]{8}\./.test(file) ? "default" : "reload" }),
    ),
  );
}

/** The build before this one stays for tabs that still show it; older ones go. */
async function tidy(): Promise<void> {
  const builds = (await caches.keys()).filter((name) => name.startsWith("chipledger files "));
  const old = builds.filter((name) => name !== files_cache);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
}

async function fromFiles(request: Request, path: string): Promise<Response> {
  const own = await (await caches.open(files_cache)).match(path);
  return own ?? (await caches.match(path)) ?? fetch(request);
}

const forget = async () => {
  await (await caches.open(who_cache)).delete(session);
};

/** The server's word where it comes; the last word where nobody answers. */
async function who(request: Request): Promise<Response> {
  const kept = await caches.open(who_cache);
  try {
    const timely = new AbortController();
    const last = await kept.match(session);
    const timer = last && setTimeout(() => timely.abort(), session_wait);
    const response = await fetch(request, { signal: timely.signal }).finally(() =>
      clearTimeout(timer),
    );
    if (response.ok) await kept.put(session, response.clone());
    else if (response.status === 401) await forget();
    if (response.status < 500) return response;
    return last ?? response;
  } catch (failed) {
    const last = await kept.match(session);
    if (last) return last;
    throw failed;
  }
}

/** Signing in or out: what was kept before is not true any more. */
async function change(request: Request): Promise<Response> {
  await forget();
  const response = await fetch(request);
  if (response.ok && request.method === "POST")
    await (await caches.open(who_cache)).put(session, response.clone());
  return response;
}

self.addEventListener("install", (event) => {
  event.waitUntil(precache().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});
self.addEventListener("message", (event) => {
  if (event.data === "who") event.waitUntil(who(new Request(session)).catch(() => {}));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (url.pathname === session)
    event.respondWith(request.method === "GET" ? who(request) : change(request));
  else if (request.method !== "GET") return;
  else if (BUILD_FILES.includes(url.pathname)) event.respondWith(fromFiles(request, url.pathname));
});
