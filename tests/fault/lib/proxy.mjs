// A proxy that counts bytes and cuts a connection after the k-th, on request.
import { createServer, connect } from 'node:net';

/**
 * Listens at `at` (a port, or a socket's path) and hands on to `to`. `watch` is told of each piece:
 * ({way: 'up' or 'down', before, piece, link}) and says how many of its bytes still go on, or
 * nothing to let all pass; after a cut both ends are reset.
 */
export class Proxy {
  constructor(to) {
    this.to = to;
    this.cuts = 0;
    this.watch = () => undefined;
    this.links = new Set();
    this.server = createServer((near) => this.join(near));
  }

  listen(at) {
    return new Promise((done, failed) => {
      this.server.once('error', failed);
      this.server.listen(at, () => done(this));
    });
  }

  join(near) {
    const link = { near, far: connect(this.to), up: 0, down: 0 };
    this.links.add(link);
    const drop = () => {
      this.links.delete(link);
      near.destroy();
      link.far.destroy();
    };
    for (const socket of [near, link.far]) {
      socket.on('error', drop);
      socket.on('close', drop);
    }
    near.on('data', (piece) => this.hand_on(link, 'up', piece, link.far, drop));
    link.far.on('data', (piece) => this.hand_on(link, 'down', piece, near, drop));
  }

  hand_on(link, way, piece, target, drop) {
    const passes = this.watch({ way, before: link[way], piece, link });
    link[way] += piece.length;
    if (passes === undefined) return void target.write(piece);
    ++this.cuts;
    // What may go on is out before the cut, as a wire would have carried it.
    if (passes > 0) target.write(piece.subarray(0, passes), () => drop());
    else drop();
  }

  close() {
    for (const { near, far } of this.links) {
      near.destroy();
      far.destroy();
    }
    return new Promise((done) => this.server.close(done));
  }
}
