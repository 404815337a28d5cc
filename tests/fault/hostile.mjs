// Peers that mean harm: requests framed two ways, too much of everything, and far too slowly.
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { memory_of, sleep } from '../../bench/lib/machine.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { premises } from './lib/premises.mjs';

const closed_limit_ms = 60_000; // Over the longest deadline of the server, 30 s for a body.
const connection_max_bytes = 64 * 1024;

/** Sends `pieces` and hears until the server closes; statuses answered, and whether it closed. */
function talk(site, pieces, limit_ms = closed_limit_ms) {
  const { hostname, port } = new URL(site.url);
  return new Promise((done) => {
    const socket = connect(+port, hostname);
    let text = '';
    const end = (closed) => {
      clearTimeout(late);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => +found[1]);
      done({ statuses, closed });
    };
    const late = setTimeout(() => end(false), limit_ms);
    socket.on('data', (piece) => (text += piece));
    socket.on('error', () => {});
    socket.on('close', () => end(true));
    for (const piece of pieces) socket.write(piece);
  });
}

let keys = 0;
/** A whole write, as it would be smuggled in: it must never be recorded. */
function smuggled(site) {
  const key = `SMUGGLED-${++keys}`;
  const body = JSON.stringify({
    type: 'FirmRegistered',
    data: { firm: key, name: 'N', tier: 'T1' },
    reason: key,
  });
  return (
    `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${site.tokens.regulator}\r\n` +
    `Content-Type: application/json\r\nIdempotency-Key: ${key}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

const post = (headers, body) => `POST /v1/events HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;

/** Requests of which two readers could see two ends (RFC 9112 sections 6.1, 6.3 and 11.2). */
const shapes = {
  'length and chunks': (inner) =>
    post('Content-Length: 5\r\nTransfer-Encoding: chunked', `0\r\n\r\n${inner}`),
  'two lengths': (inner) => post('Content-Length: 0\r\nContent-Length: 5', inner),
  'list of lengths': (inner) => post('Content-Length: 0, 5', inner),
  'length with a sign': (inner) => post('Content-Length: +0', inner),
  'length below zero': (inner) => post('Content-Length: -1', inner),
  'length in hex': (inner) => post('Content-Length: 0x0', inner),
  'space before the colon': (inner) => post('Transfer-Encoding : chunked', `0\r\n\r\n${inner}`),
  'chunked, twice': (inner) =>
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', `0\r\n\r\n${inner}`),
  'chunked, then identity': (inner) =>
    post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${inner}`),
  'unknown coding': (inner) => post('Transfer-Encoding: xchunked', `0\r\n\r\n${inner}`),
  'chunk size beyond 64 bits': (inner) =>
    post('Transfer-Encoding: chunked', `10000000000000000\r\n${inner}`),
  'no number as chunk size': (inner) => post('Transfer-Encoding: chunked', `zz\r\n${inner}`),
};

async function framing(site, book) {
  for (const [name, shape] of Object.entries(shapes)) {
    const { statuses, closed } = await talk(site, [shape(smuggled(site))]);
    if (!closed || statuses.length > 1 || statuses.some((status) => status < 400))
      book.fault(`${name}: answered ${statuses}, ${closed ? 'closed' : 'left open'}`);
  }
}

/** Too much in one request: each is refused with a problem of its own, or closed. */
async function too_much(site, book) {
  const authorized =
    `Authorization: Bearer ${site.tokens.regulator}\r\nContent-Type: application/json\r\n` +
    `Connection: close\r\nIdempotency-Key: much-`;
  const deep = '['.repeat(50_000);
  const bomb = gzipSync(Buffer.alloc(10_000_000, 32));
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
  const cases = {
    'ten gigabytes announced': [413, [post(`${authorized}1\r\nContent-Length: 10000000000`, '')]],
    'endless chunks': [
      413,
      [post(`${authorized}2\r\nTransfer-Encoding: chunked`, ''), ...Array(400).fill(chunk)],
    ],
    'JSON 50,000 deep': [400, [post(`${authorized}3\r\nContent-Length: ${deep.length}`, deep)]],
    'a gzip bomb': [
      400, // Never inflated: it is no JSON.
      [post(`${authorized}4\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}`, ''), bomb],
    ],
    'a megabyte of headers': [413, [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(1 << 20)}`]],
  };
  for (const [name, [expected, pieces]] of Object.entries(cases)) {
    const { statuses, closed } = await talk(site, pieces);
    if (!closed || statuses[0] !== expected)
      book.fault(`${name}: answered ${statuses}, ${closed ? 'closed' : 'left open'}`);
  }
  return Object.keys(cases).length;
}

/** Many connections that give a byte now and then; all are closed, however often they do. */
async function slow(site, count) {
  const { hostname, port } = new URL(site.url);
  const begins = ['GET / HTTP/1.1\r\nHost: a\r\nX: ', post('Content-Length: 1000', '')];
  let open = 0;
  const begun = performance.now();
  const before = memory_of(site.pid);
  let last = 0;
  const sockets = Array.from({ length: count }, (_, i) => {
    const socket = connect(+port, hostname, () => {
      ++open;
      socket.write(begins[i % 2]);
    });
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.on('close', () => {
      --open;
      last = performance.now() - begun;
    });
    return socket;
  });
  await sleep(2000);
  const each = (memory_of(site.pid) - before) / Math.max(1, open);
  while (open > 0 && performance.now() - begun < 2 * closed_limit_ms) {
    for (const socket of sockets) if (socket.writable) socket.write('x');
    await sleep(1000);
  }
  for (const socket of sockets) socket.destroy();
  return { left: open, seconds: last / 1000, each };
}

async function attacked({ runs }) {
  const site = await premises();
  const book = new Book(site);
  await framing(site, book);
  const much = await too_much(site, book);
  const honest = new Load(site, { clients: 2 });
  honest.start();
  const found = await slow(site, runs);
  await honest.stop();
  if (found.left) book.fault(`${found.left} slow connections are still open`);
  if (found.each > connection_max_bytes) book.fault(`${found.each} bytes for each connection`);
  if (honest.unanswered.length) book.fault(`${honest.unanswered.length} honest writes failed`);
  await book.check(honest);
  for (const key of book.positions.keys())
    if (key.startsWith('SMUGGLED')) book.fault(`${key} was recorded`);
  // The control: the write that is smuggled is a good one where it comes alone.
  const alone = await talk(site, [smuggled(site).replace('Host: a', 'Host: a\r\nConnection: close')]);
  if (alone.statuses[0] !== 201) book.fault(`sent alone it is answered ${alone.statuses}`);
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `${Object.keys(shapes).length} shapes refused and closed, nothing smuggled; ${much} of too much refused; ` +
      `${runs} slow connections closed within ${found.seconds.toFixed(0)} s, ` +
      `${Math.max(0, found.each / 1024).toFixed(1)} KiB each; ${honest.count(201)} honest writes told 201 meanwhile`,
    control: 'the smuggled write sent alone: 201',
  };
}

export const faults = [
  {
    name: 'hostile',
    how: 'HTTP smuggling shapes; oversize, endless chunks, deep JSON, gzip bomb, long headers; slow connections that send a byte a second in header and body',
    promise: 'refused or closed by the deadline, nothing recorded, at most 64 KiB a connection, honest writers served',
    runs: { short: 500, long: 4000 },
    run: attacked,
  },
];
