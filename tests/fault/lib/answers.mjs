// Recorded operations against the fold of the log: each answer is what its position gives, and
// becomes an operation with a point for linear.mjs to place.
import { exactly, out_of_order } from './linear.mjs';

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What the ledger says of an approval, of which the fold knows these. */
const figures_of = ({ granted, available, reserved, version }) => ({
  granted,
  available,
  reserved,
  version,
});
const folded_figures = ({ granted, reserved, version }) => ({
  granted,
  available: granted - reserved,
  reserved,
  version,
});

/**
 * What a 200 may be: `told` as the client was, `right` as the fold of its position has it. What is
 * at no fixed position says so by `next`.
 */
const reads = {
  approval: (fold, { id }, answer) => ({
    told: figures_of(answer),
    right: folded_figures(fold.at(answer.position, 'approval', id)),
  }),
  approvals: (fold, _, answer) => ({
    told: answer.data.map((one) => [one.approval, figures_of(one)]),
    right: ['AP-0', 'AP-1', 'AP-2', 'AP-3'].map((id) => [
      id,
      folded_figures(fold.at(answer.position, 'approval', id)),
    ]),
  }),
  inventory: (fold, { id }, answer) => {
    const { reserved } = fold.at(answer.position, 'approval', `AP-${id.slice(2)}`);
    const { version } = fold.at(answer.position, 'firm', id);
    return {
      told: [answer.units.registered, answer.exposure.FAULT, answer.version],
      right: [reserved, reserved, version],
    };
  },
  firm: (fold, { id }, { position, name, tier, version }) => ({
    told: { version, name, tier },
    right: fold.at(position, 'firm', id),
  }),
  batch: (fold, { id }, { position, qty, unallocated, version }) => ({
    told: { version, qty, unallocated },
    right: fold.at(position, 'batch', id),
  }),
  explain: (fold, { id }, { position, value, terms }) => ({
    told: [value, terms.reduce((sum, { amount }) => sum + amount, 0)],
    right: Array(2).fill(fold.at(position, 'approval', id).reserved),
  }),
  ready: () => ({}),
  entry: (fold, { number }, _, text) => ({
    told: text,
    right: fold.texts[number],
    next: (from) => Math.max(from, number),
  }),
  // What a subscriber is sent was there by then; he is told nothing of what follows.
  feed: (fold, ask, answer, text) => reads.entry(fold, ask, answer, text),
  page: (fold, { limit }, { position }, text) => ({
    told: text.slice(0, text.indexOf('],"has_more"')),
    right: `{"data":[${fold.texts.slice(position - limit + 1, position + 1).reverse()}`,
  }),
  dry_run: (fold, { approval, count }, { position }) => ({
    told: true,
    right: available(fold.at(position - 1, 'approval', approval)) >= count,
    next: exactly(position - 1),
  }),
};

const available = (figures) => figures.granted - figures.reserved;

/** The event of a list that a refusal is about. */
const about = ({ events }, { param = '' }) =>
  events[+(/^\/events\/(\d+)/.exec(param)?.[1] ?? 0)].data;

/** What a refusal says was so, as the smallest position from one on at which it is. */
const refusals = {
  'insufficient-balance': (fold, ask, answer) => {
    const { approval } = ask.events ? about(ask, answer) : ask;
    const versions = fold.versions('approval', approval);
    const so = (figures) => figures && available(figures) === answer.available;
    return (from) => (answer.requested > answer.available ? versions.next(from, so) : undefined);
  },
  'unit-not-available': (fold, ask, answer) => {
    const versions = fold.versions('batch', about(ask, answer).units[0].batch);
    const so = (figures) => figures?.unallocated === answer.available;
    return (from) => (answer.requested > answer.available ? versions.next(from, so) : undefined);
  },
  'version-conflict': (fold, ask, answer) => {
    const versions = fold.versions('approval', about(ask, answer).approval);
    const so = (figures) => figures?.version === answer.available;
    return (from) => (answer.available !== ask.if_match ? versions.next(from, so) : undefined);
  },
  'below-committed': (fold, ask, answer) => (from) => {
    const { approval, granted } = about(ask, answer);
    return fold.versions('approval', approval).next(from, (figures) => figures?.reserved > granted);
  },
  'duplicate-firm': (fold, ask, answer) => (from) => {
    const { firm } = about(ask, answer);
    return fold.versions('firm', firm).next(from, (figures) => figures?.name !== undefined);
  },
  'duplicate-correction': (fold, ask, answer) => {
    const made = fold.corrected.get(about(ask, answer).target);
    return (from) => (made === undefined ? undefined : Math.max(from, made));
  },
  'unknown-firm': (fold, { id }) => (from) =>
    fold.versions('firm', id).next(from, (firm) => firm?.name === undefined),
  'unknown-entry': (fold, { number }) => (from) => (from < number ? from : undefined),
  // Asked as of a position beyond the end: the answer says where that is.
  malformed: (fold, { as_of }, answer) =>
    answer.param === '?as_of' && as_of > answer.available
      ? exactly(answer.available)
      : () => undefined,
};

/** One history, and the log that it is held to. */
export class Answers {
  constructor(fold, ops) {
    this.fold = fold;
    this.ops = ops;
    this.faults = [...fold.faults];
    this.counts = { appended: 0, refused: 0, read: 0, open: 0, open_there: 0 };
  }

  fault(op, text) {
    this.faults.push(`${op.name}: ${text}`.slice(0, 400));
    return [];
  }

  /** Every fault that is found. */
  check() {
    const placed = this.ops.flatMap((op) => this.placed(op));
    const sent = new Set(this.ops.map(({ ask }) => ask.key));
    for (const [key, places] of this.fold.by_key)
      if (!sent.has(key)) this.faults.push(`nobody sent ${key}, at ${places}`);
    this.faults.push(...out_of_order(placed, this.fold.size));
    return this.faults;
  }

  placed(op) {
    if (op.status === undefined) return op.kind === 'append' ? this.open(op) : [];
    if (op.kind === 'append' && op.status === 201) return this.appended(op);
    if (op.kind === 'append' && this.fold.by_key.has(op.ask.key))
      return this.fault(op, `was told ${op.status} and is at ${this.fold.by_key.get(op.ask.key)}`);
    if (op.status === 304) return this.unchanged(op);
    return op.status === 200 ? this.read(op) : this.refused(op);
  }

  /** Where the log has it, whole and as it was asked. */
  place(op) {
    const { key, events } = op.ask;
    const places = this.fold.by_key.get(key) ?? [];
    const [first] = places;
    if (places.length !== events.length || places.at(-1) - first + 1 !== events.length)
      return this.fault(op, `is at [${places}]`)[0];
    for (const [i, { type, data }] of events.entries()) {
      const entry = this.fold.entries[first + i];
      if (entry.type !== type || !is_as_asked(data, entry.data))
        return this.fault(op, `entry ${entry.position} is not what was asked`)[0];
    }
    return { first, last: places.at(-1) };
  }

  open(op) {
    ++this.counts.open;
    if (!this.fold.by_key.has(op.ask.key)) return [];
    ++this.counts.open_there;
    const place = this.place(op);
    return place ? [{ ...op, ...place, end: Infinity }] : [];
  }

  appended(op) {
    ++this.counts.appended;
    const place = this.place(op);
    if (!place) return [];
    const { texts, entries } = this.fold;
    const stored = texts.slice(place.first, place.last + 1);
    const right = `{"position":${place.first},"count":${stored.length},"events":[${stored}]}`;
    if (op.text !== right) return this.fault(op, `was told ${op.text}, the log has ${right}`);
    const { if_match } = op.ask;
    if (if_match !== undefined && entries[place.first].subjects[0].version !== if_match + 1)
      return this.fault(op, `named version ${if_match}, which it did not find`);
    return [{ ...op, ...place }];
  }

  read(op) {
    ++this.counts.read;
    const answer = op.kind === 'entry' || op.kind === 'feed' ? {} : JSON.parse(op.text);
    if (answer.position > this.fold.size + (op.kind === 'dry_run' ? 1 : 0))
      return this.fault(op, `speaks for ${answer.position}, the log ends at ${this.fold.size}`);
    if (answer.position < op.ask.least)
      return this.fault(op, `speaks for ${answer.position}, before ${op.ask.least}`);
    const { told, right, next } = reads[op.kind](this.fold, op.ask, answer, op.text);
    if (!same(told, right))
      return this.fault(op, `was told ${JSON.stringify(told)}, not ${JSON.stringify(right)}`);
    if (op.ask.as_of === undefined) return [{ ...op, next: next ?? exactly(answer.position) }];
    if (answer.position !== op.ask.as_of) return this.fault(op, `answers ${answer.position}`);
    return [{ ...op, next: (from) => Math.max(from, answer.position) }];
  }

  /** 304: the thing has the version that the client had. */
  unchanged(op) {
    ++this.counts.read;
    const { id, if_none_match } = op.ask;
    const versions = this.fold.versions('approval', id);
    const next = (from) => versions.next(from, (figures) => figures?.version === if_none_match);
    return [{ ...op, next }];
  }

  refused(op) {
    ++this.counts[op.kind === 'append' ? 'refused' : 'read'];
    const answer = JSON.parse(op.text);
    const refusal = Object.hasOwn(refusals, answer.code) && refusals[answer.code];
    if (!refusal) return this.fault(op, `unexpected: ${op.status} ${op.text}`);
    return [{ ...op, next: refusal(this.fold, op.ask, answer) }];
  }
}

/** What was asked by count is there as ranges. */
function is_as_asked(asked, recorded) {
  const is_there = ([name, value]) => same(value, recorded[name]);
  if (!asked.units) return Object.entries(asked).every(is_there);
  const count = recorded.units.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const batches = recorded.units.every(({ batch }) => batch === asked.units[0].batch);
  return asked.approval === recorded.approval && count === asked.units[0].count && batches;
}
