// A webhook's receiver as somebody else would write it: `standardwebhooks` verifies what comes,
// `cloudevents` reads it. How it answers is in the path it is called at:
//   /ok  /gone (410)  /moved (302)  /always/503  /fail/N/… (500 to N attempts of an id)
//   /late (503 with Retry-After: 1, once an id)  /stall (never answers the very first)
// One line of JSON on stdout for each delivery, before it is answered. Lines on stdin:
// {path, secret}, and {path, answer} for how /switch/… answers from now on.
// usage: node receiver.mjs [KEY.pem CERTIFICATE.pem]
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createInterface } from "node:readline";
import { HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

const secrets = new Map(), answers = new Map(), attempts = new Map();
let stalled = false;
createInterface({ input: process.stdin }).on("line", (line) => {
  const { path, secret, answer } = JSON.parse(line);
  if (secret) secrets.set(path, secret);
  if (answer) answers.set(path, answer);
  console.log(JSON.stringify({ told: path }));
}).on("close", () => process.exit(0));

/** What the libraries make of it: the entry's position, or why not. */
function read(path, headers, body) {
  try {
    new Webhook(secrets.get(path)).verify(body, headers);
  } catch (no) {
    return { verified: false, why: no.message };
  }
  // One byte more or less, and the signature is no longer good.
  try {
    new Webhook(secrets.get(path)).verify(body + " ", headers);
    return { verified: false, why: "another body was verified too" };
  } catch { /* As it should be. */ }
  if (headers["content-type"] === "application/json")
    return { verified: true, position: JSON.parse(body).position };
  const event = HTTP.toEvent({ headers, body });
  event.validate();
  const { id, type, data } = event;
  return { verified: true, position: Number(id), type, data: data.position };
}

function answer(path, attempt, response) {
  const [, kind, number] = path.split("/");
  const status = (code, headers = {}) => response.writeHead(code, headers).end();
  if (kind === "gone") return status(410);
  if (kind === "moved") return status(302, { location: "/ok" });
  if (kind === "always") return status(Number(number));
  if (kind === "switch") return status(answers.get(path) ?? 200);
  if (kind === "fail") return status(attempt <= Number(number) ? 500 : 204);
  if (kind === "late") return status(attempt === 1 ? 503 : 200, { "retry-after": "1" });
  if (kind === "stall" && !stalled) {
    stalled = true;
    return undefined;
  }
  return status(200);
}

function serve(request, response) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece)).on("end", () => {
    const path = request.url, id = request.headers["webhook-id"];
    const attempt = (attempts.get(path + id) ?? 0) + 1;
    attempts.set(path + id, attempt);
    const told = read(path, request.headers, Buffer.concat(pieces).toString());
    console.log(JSON.stringify({ path, id, attempt, at: Date.now(), ...told }));
    answer(path, attempt, response);
  });
}

const [key, certificate] = process.argv.slice(2);
const server = key
  ? createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, serve)
  : createServer(serve);
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
