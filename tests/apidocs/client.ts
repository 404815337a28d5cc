// The generated client, as another program would use it: types by openapi-typescript, calls by
// openapi-fetch. Every call says what it expects; anything else ends the journey.
import assert from "node:assert/strict";
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./generated/openapi";

export type Problem = components["schemas"]["Problem"];
export type Recorded = components["schemas"]["Recorded"];
export type Event = components["schemas"]["Proposal"];

/** Operations that were asked, as "GET /v1/firms/{firm}". */
export const asked = new Set<string>();

const watching: Middleware = {
  onRequest({ request, schemaPath }) {
    asked.add(`${request.method} ${schemaPath}`);
  },
  async onResponse({ request, response }) {
    // The proxy says so in its own words when request or answer is not as described.
    const type = response.headers.get("content-type") ?? "";
    const said = type.includes("json") ? await response.clone().text() : "";
    assert.ok(!said.includes("stoplight.io/prism/errors"),
      `${request.method} ${request.url} is not as described: ${said}`);
    assert.equal(response.headers.get("sl-violations"), null, request.url);
  },
};

export type Client = ReturnType<typeof client>;
export function client(baseUrl: string, token?: string) {
  const made = createClient<paths>({
    baseUrl,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
  });
  made.use(watching);
  return made;
}

interface Answer<T> { data?: T; error?: unknown; response: Response }

/** The answer of a call that must succeed. */
export async function good<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  assert.ok(response.ok && data !== undefined, `${response.url}: ${response.status} ${JSON.stringify(error)}`);
  return data;
}

/** The same where there is a file (text) or a batch of CloudEvents (a list) too: the JSON object. */
export async function listed<T>(call: Promise<Answer<T>>): Promise<Exclude<T, string | unknown[]>> {
  const data = await good(call);
  assert.ok(typeof data === "object" && !Array.isArray(data));
  return data as Exclude<T, string | unknown[]>;
}

/** The problem of a call that must be refused so. */
export async function refused(code: string, call: Promise<Answer<unknown>>): Promise<Problem> {
  const { error, response } = await call;
  assert.equal((error as Problem | undefined)?.code, code, `${response.url}: ${response.status}`);
  assert.equal((error as Problem).status, response.status);
  return error as Problem;
}

let keys = 0;
export const key = () => `journey-${++keys}`;

/** POST /v1/events with one event. */
export function record(who: Client, type: string, data: Event["data"], ifMatch?: string) {
  const header = { "Idempotency-Key": key(), ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }) };
  return who.POST("/v1/events", { params: { header }, body: { type, data } });
}
