// The REST services that a team would write first. GROUP=no: one INSERT for each POST, from a pool.
// GROUP=yes: one writer that commits all that wait together, the fair strong form of it. Both read
// a firm's inventory as rows from PostgreSQL.   Environment: GROUP, POOL, PGHOST, PGUSER, PGDATABASE.
import Fastify from 'fastify';
import pg from 'pg';

const group_max = 500;
const groups = process.env.GROUP === 'yes';
const pool = new pg.Pool({ max: +(process.env.POOL ?? 20) });

await pool.query(`DROP TABLE IF EXISTS fastify_event, fastify_inventory`);
await pool.query(`CREATE TABLE fastify_event (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), data jsonb NOT NULL,
  UNIQUE (stream, version))`);
await pool.query(
  `CREATE TABLE fastify_inventory (firm text, model text, qty bigint NOT NULL,
  PRIMARY KEY (firm, model))`,
);
await pool.query(`INSERT INTO fastify_inventory
  SELECT 'F-' || f, 'MODEL-' || k || '-80GB-SXM', 100 + k
  FROM generate_series(0, 499) f, generate_series(0, 23) k`);
await pool.query('ANALYZE fastify_inventory');

const insert_one = {
  name: 'one',
  text: `INSERT INTO fastify_event (stream, version, type, data) VALUES ($1, 0, $2, $3)
    RETURNING position`,
};
const insert_many = {
  name: 'many',
  text: `INSERT INTO fastify_event (stream, version, type, data)
    SELECT stream, 0, type, data::jsonb FROM unnest($1::text[], $2::text[], $3::text[])
    WITH ORDINALITY AS row (stream, type, data, n) ORDER BY n RETURNING position`,
};

const waiting = [];
let writing = false;

/** Commits what waits, as long as anything does. */
async function write_groups() {
  writing = true;
  while (waiting.length) {
    const group = waiting.splice(0, group_max);
    try {
      const { rows } = await pool.query({
        ...insert_many,
        values: [
          group.map((w) => w.event.batch),
          group.map((w) => w.event.kind),
          group.map((w) => JSON.stringify(w.event)),
        ],
      });
      group.forEach((w, i) => w.done(rows[i].position));
    } catch (failure) {
      for (const w of group) w.failed(failure);
    }
  }
  writing = false;
}

function append_in_group(event) {
  return new Promise((done, failed) => {
    waiting.push({ event, done, failed });
    if (!writing) setImmediate(() => writing || write_groups());
  });
}

async function append_alone(event) {
  const { rows } = await pool.query({ ...insert_one, values: [event.batch, event.kind, event] });
  return rows[0].position;
}

const app = Fastify({ logger: false });
const text = { type: 'string' };
const body = {
  type: 'object',
  required: ['kind', 'batch', 'firm', 'model', 'qty'],
  properties: {
    kind: text,
    batch: text,
    firm: text,
    model: text,
    qty: { type: 'integer', minimum: 1 },
  },
};
const append = groups ? append_in_group : append_alone;
app.post('/events', { schema: { body } }, async (request, reply) => {
  reply.code(201);
  return { position: await append(request.body) };
});
app.get('/firms/:id', async (request) => {
  const { rows } = await pool.query({
    name: 'inventory',
    text: 'SELECT model, qty FROM fastify_inventory WHERE firm = $1',
    values: [request.params.id],
  });
  return { firm: request.params.id, inventory: rows };
});
console.log(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
process.on('SIGTERM', () => process.exit(0));
