// The log folded by hand, entry by entry, with what each thing was after each: what a reader of any
// position must have been told. Knows the events that the fault's clients send.

/** What something was, by the position that made it so; values do not change once they are added. */
class Versions {
  constructor() {
    this.from = [];
    this.values = [];
  }
  add(position, value) {
    this.from.push(position);
    this.values.push(value);
  }
  /** Which one holds at a position: -1 before the first. */
  index(position) {
    let [low, high] = [0, this.from.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.from[middle] <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
  at(position) {
    return this.values[this.index(position)];
  }
  /** The smallest position from `position` on at which `holds` of the value, undefined before any. */
  next(position, holds) {
    const now = this.index(position);
    if (holds(this.values[now])) return position;
    for (let i = now + 1; i < this.values.length; ++i)
      if (holds(this.values[i])) return this.from[i];
    return undefined;
  }
}

const none = new Versions();
const units_in = (ranges) => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);

export class Fold {
  constructor() {
    this.texts = ['']; // The stored bytes, by position.
    this.entries = [null];
    this.things = new Map(); // Versions of each, by kind and id.
    this.held = new Map(); // By batch: 1 where a unit is reserved, and below which all are.
    this.corrected = new Map(); // Where an entry was corrected, by its position.
    this.by_key = new Map(); // Positions by the remark, which is the request's key.
    this.faults = [];
  }

  get size() {
    return this.texts.length - 1;
  }
  versions(kind, id) {
    return this.things.get(`${kind}:${id}`) ?? none;
  }
  at(position, kind, id) {
    return this.versions(kind, id).at(position);
  }

  fault(entry, text) {
    if (this.faults.length < 20) this.faults.push(`entry ${entry.position}: ${text}`);
  }

  take(text) {
    const entry = JSON.parse(text);
    if (entry.position !== this.size + 1) this.fault(entry, `comes after ${this.size}`);
    this.texts.push(text);
    this.entries.push(entry);
    if (entry.reason) {
      const places = this.by_key.get(entry.reason);
      if (places) places.push(entry.position);
      else this.by_key.set(entry.reason, [entry.position]);
    }
    for (const { kind, id, version } of entry.subjects) {
      const expected = (this.at(entry.position, kind, id)?.version ?? 0) + 1;
      if (version !== expected) this.fault(entry, `makes ${id} version ${version}, not ${expected}`);
      this.change(entry, kind, id, { version });
    }
    this[entry.type]?.(entry, entry.data);
  }

  /** Its figures with some of them new, from this entry on. */
  change({ position }, kind, id, figures) {
    const name = `${kind}:${id}`;
    if (!this.things.has(name)) this.things.set(name, new Versions());
    const versions = this.things.get(name);
    const now = { ...versions.at(position), ...figures };
    if (versions.from.at(-1) === position) versions.values[versions.values.length - 1] = now;
    else versions.add(position, now);
  }

  FirmRegistered(entry, { firm, name, tier }) {
    if (this.at(entry.position, 'firm', firm).name !== undefined)
      this.fault(entry, `registers ${firm} again`);
    this.change(entry, 'firm', firm, { name, tier });
  }

  ApprovalGranted(entry, { approval, firm, granted }) {
    this.change(entry, 'approval', approval, { firm, granted, reserved: 0 });
  }

  ApprovalAmended(entry, { approval, granted }) {
    if (granted < this.at(entry.position, 'approval', approval).reserved)
      this.fault(entry, `grants less than is reserved`);
    this.change(entry, 'approval', approval, { granted });
  }

  BatchRegistered(entry, { batch, qty }) {
    this.change(entry, 'batch', batch, { qty, unallocated: qty });
    this.held.set(batch, { units: new Uint8Array(qty + 2), free_from: 1 });
  }

  /** Of one batch, as the clients ask: the lowest that are free, and no more than are granted. */
  AllocationReserved(entry, { approval, units }) {
    const { granted, reserved } = this.at(entry.position, 'approval', approval);
    const count = units_in(units);
    if (count > granted - reserved) this.fault(entry, `reserves ${count} of ${granted - reserved}`);
    for (const { batch, from, to } of units) {
      const held = this.held.get(batch);
      for (let unit = from; unit <= to; ++unit) {
        while (held.units[held.free_from]) ++held.free_from;
        if (unit !== held.free_from)
          this.fault(entry, `takes unit ${unit} of ${batch}, not ${held.free_from}`);
        held.units[unit] = 1;
      }
    }
    this.reserve(entry, approval, units[0].batch, count);
  }

  reserve(entry, approval, batch, count) {
    const { reserved } = this.at(entry.position, 'approval', approval);
    const { unallocated } = this.at(entry.position, 'batch', batch);
    this.change(entry, 'approval', approval, { reserved: reserved + count });
    this.change(entry, 'batch', batch, { unallocated: unallocated - count });
  }

  target_of(entry, { target }) {
    if (this.corrected.has(target)) this.fault(entry, `corrects entry ${target} again`);
    this.corrected.set(target, entry.position);
    return this.entries[target];
  }

  /** Of a reservation: its units are free again. */
  EventVoided(entry, data) {
    const { approval, units } = this.target_of(entry, data).data;
    const held = this.held.get(units[0].batch);
    for (const { from, to } of units) {
      held.units.fill(0, from, to + 1);
      held.free_from = Math.min(held.free_from, from);
    }
    this.reserve(entry, approval, units[0].batch, -units_in(units));
  }

  /** Of a registered firm: its name. */
  EventCorrected(entry, data) {
    const { firm } = this.target_of(entry, data).data;
    const { name, tier } = data.replacement.data;
    this.change(entry, 'firm', firm, { name, tier });
  }
}

/** A site's whole log, read from PostgreSQL. */
export async function folded(site) {
  const fold = new Fold();
  const lines = await site.sql(
    'chipledger',
    "SELECT convert_from(bytes, 'UTF8') FROM event ORDER BY position",
  );
  for (const line of lines.split('\n')) if (line) fold.take(line);
  return fold;
}
