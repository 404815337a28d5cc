// Reads a whole stream with NATS's own client: a line for each message, in the stream's order.
//   node read_stream.mjs URL STREAM  ->  sequence, Nats-Msg-Id, subject, bytes as hexadecimal
import { connect } from "nats";

const [url, stream] = process.argv.slice(2);
const connection = await connect({ servers: url });
const manager = await connection.jetstreamManager();
const { state } = await manager.streams.info(stream);
const consumer = await connection.jetstream().consumers.get(stream);  // Ordered, from the start.
const lines = [];
if (state.messages > 0)
  for await (const message of await consumer.consume()) {
    const bytes = Buffer.from(message.data).toString("hex");
    lines.push([message.seq, message.headers.get("Nats-Msg-Id"), message.subject, bytes].join(" "));
    if (message.seq === state.last_seq) break;
  }
process.stdout.write(lines.map((line) => `${line}\n`).join(""));
await connection.close();
