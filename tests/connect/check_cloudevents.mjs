// The CloudEvents of a ledger, read by the CloudEvents project's own library, strictly.
// usage: node check_cloudevents.mjs URL TOKEN LAST_POSITION
import { HTTP } from "cloudevents";

const [url, token, last] = process.argv.slice(2);
const expect = (holds, what) => {
  if (!holds) throw new Error(what);
};
const ask = (path, accept) =>
  fetch(url + path, { headers: { authorization: `Bearer ${token}`, ...(accept && { accept }) } });
const message = async (answer) =>
  ({ headers: Object.fromEntries(answer.headers), body: await answer.text() });

/** Strict: a fault throws. What it says is what the entry says. */
async function check(event, entry) {
  event.validate();
  expect(event.specversion === "1.0", "version 1.0");
  expect(event.id === String(entry.position), "the id is the position");
  expect(event.type === "org.chipledger." + entry.type, "the type is that of the entry");
  expect(Date.parse(event.time) === Date.parse(entry.occurred_at), "the time is when it happened");
  const [subject] = entry.subjects;
  expect(event.subject === (subject && `${subject.kind}:${subject.id}`), "the first subject");
  expect(JSON.stringify(event.data) === JSON.stringify(entry), "the data is the entry");
  expect(event.datacontenttype === "application/json", "as JSON");
  expect(new URL(event.source, "relative:/x"), "the source is a URI reference");
  const schema = await fetch(event.dataschema);
  expect(schema.status === 200 && (await schema.json()).$schema, "the schema is served");
}

async function one(position) {
  const entry = await (await ask(`/v1/events/${position}`)).json();
  const answer = await ask(`/v1/events/${position}`, "application/cloudevents+json");
  expect(answer.headers.get("content-type") === "application/cloudevents+json", "structured mode");
  await check(HTTP.toEvent(await message(answer)), entry);
  return entry;
}

async function pages() {
  const entries = [];
  let next = "/v1/events?limit=2";
  while (next) {
    const answer = await ask(next, "application/cloudevents-batch+json");
    expect(answer.status === 200, `${next} answers ${answer.status}`);
    const link = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "");
    const events = HTTP.toEvent(await message(answer));
    expect(Array.isArray(events) && events.length <= 2, "a batch of a page");
    for (const event of events) {
      await check(event, event.data);
      entries.push(event.data);
    }
    next = link?.[1];
  }
  return entries;
}

async function stream() {
  const answer = await ask("/v1/events/stream?after=0",
    "text/event-stream, application/cloudevents+json");
  const reader = answer.body.getReader();
  let text = "";
  const lines = () => text.split("\n").filter((line) => line.startsWith("data: "));
  const decoder = new TextDecoder();
  while (lines().length < Number(last))
    text += decoder.decode((await reader.read()).value, { stream: true });
  await reader.cancel();
  for (const line of lines()) {
    const headers = { "content-type": "application/cloudevents+json" };
    const event = HTTP.toEvent({ headers, body: line.slice("data: ".length) });
    await check(event, event.data);
  }
}

for (let position = 1; position <= Number(last); ++position) await one(position);
const all = await pages();
expect(all.length === Number(last) && all.every((entry, i) => entry.position === i + 1), "all");
await stream();
try {
  HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body: '{"id":"1"}' })
    .validate();
} catch {
  console.log(`ok ${last} events`);
}
