// A line between the browser and the server that can be cut, held, and made to lose answers: what
// the page meets on a dock, without pretending anything inside the page or the server.
import { createServer, request } from "node:http";

/** Listens on a free port and passes everything on to `target` ("http://127.0.0.1:8080"). */
export async function openLine(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  const line = {
    down: false,
    /** Every write that reached the line: { key, shipment }. */
    writes: [],
    /** The most writes that were under way at once. */
    atOnce: 0,
    /** "pass" | "lose": the server hears it, the browser no answer. */
    fate: () => "pass",
    /** Whether dry runs are answered. */
    trials: true,
    url: "",
    cut() {
      line.down = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      line.down = false;
    },
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(done);
      }),
  };
  let under_way = 0;
  const server = createServer((asked, answer) => {
    if (line.down) return void asked.socket.destroy();
    if (!line.trials && asked.url.includes("dry_run")) return void asked.socket.destroy();
    const write = asked.method === "POST" && asked.url === "/v1/events";
    const chunks = [];
    asked.on("data", (chunk) => chunks.push(chunk));
    asked.on("end", async () => {
      const body = Buffer.concat(chunks);
      if (write) {
        line.atOnce = Math.max(line.atOnce, ++under_way);
        line.writes.push({
          key: asked.headers["idempotency-key"],
          shipment: JSON.parse(body).data.shipment,
        });
      }
      const fate = write ? await line.fate(line.writes.length) : "pass";
      const onward = request(
        { hostname, port, method: asked.method, path: asked.url, headers: asked.headers },
        (came) => {
          if (write) --under_way;
          if (fate === "lose") return void (came.resume(), asked.socket.destroy());
          answer.writeHead(came.statusCode, came.headers);
          came.pipe(answer);
        },
      );
      onward.on("error", () => asked.socket.destroy());
      answer.on("close", () => {
        if (!write) onward.destroy();
      });
      onward.end(body);
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  line.url = `http://127.0.0.1:${server.address().port}`;
  return line;
}
