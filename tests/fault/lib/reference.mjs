// A server that does as good as nothing: GET is answered at once, POST after one write to the disk.
// What it takes is what the machine takes, whoever else is busy on it.
//   node reference.mjs FILE     prints "listening on http://…"
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const file = process.argv[2];
const line = Buffer.alloc(500, '.');
const log = openSync(file, 'w');

const server = createServer((request, answer) => {
  request.resume();
  request.on('end', () => {
    if (request.method === 'POST') {
      writeSync(log, line, 0, line.length, 0);
      fdatasyncSync(log);
    }
    answer.end('{}');
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
process.on('SIGTERM', () => {
  closeSync(log);
  rmSync(file, { force: true });
  process.exit(0);
});
