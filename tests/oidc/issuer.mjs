// An issuer of tokens made of software that is not ours: jose signs, node serves the key set.
// A line of JSON on stdin is a wish, a line on stdout the answer; the first line is the address.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";

const algorithms = { rs: "RS256", es: "ES256" };
let keys = {};
let generation = 0;
let asked = 0;
let answering = true;

async function rotate() {
  generation += 1;
  for (const [name, alg] of Object.entries(algorithms))
    keys[name] = { ...(await generateKeyPair(alg)), kid: `${name}-${generation}` };
}

async function keySet() {
  const set = [];
  for (const [name, alg] of Object.entries(algorithms)) {
    const jwk = await exportJWK(keys[name].publicKey);
    set.push({ ...jwk, kid: keys[name].kid, use: "sig", alg });
  }
  return JSON.stringify({ keys: set });
}

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function sign({ key, claims, header = {}, how = "good" }) {
  const { privateKey, publicKey, kid } = keys[key];
  const protectedHeader = { alg: algorithms[key], kid, typ: "JWT", ...header };
  if (how === "none")
    return `${base64url({ ...protectedHeader, alg: "none" })}.${base64url(claims)}.`;
  const jwt = new SignJWT(claims);
  if (how === "secret") {
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    return jwt.setProtectedHeader({ ...protectedHeader, alg: "HS256" }).sign(secret);
  }
  const stranger = await generateKeyPair(algorithms[key]);
  return jwt
    .setProtectedHeader(protectedHeader)
    .sign(how === "stranger" ? stranger.privateKey : privateKey);
}

await rotate();
const server = createServer(async (request, response) => {
  asked += 1;
  response.statusCode = answering && request.url === "/keys" ? 200 : 503;
  response.end(response.statusCode === 200 ? await keySet() : "");
});
server.listen(0, "127.0.0.1", async () => {
  console.log(`http://127.0.0.1:${server.address().port}/keys`);
  for await (const line of createInterface({ input: process.stdin })) {
    const wish = JSON.parse(line);
    if (wish.do === "rotate") await rotate();
    if (wish.do === "fail") answering = false;
    console.log(wish.do ? String(asked) : await sign(wish));
  }
  process.exit(0);
});
