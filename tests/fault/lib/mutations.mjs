// Ways in which a ledger could be wrong, each put into a history that was right: a read that is
// stale, an entry that is lost. What the checker must say of it goes with it.

const with_changes = (ops, changes) => ops.map((op) => ({ ...op, ...changes.get(op) }));
const by_end = (ops) => [...ops].sort((a, b) => a.end - b.end);
const position_of = ({ text }) => JSON.parse(text).position;
const told = (ops) => ops.filter(({ kind, status }) => kind === 'append' && status === 201);
const single = (op) => op.ask.events.length === 1;
const moved = (text, from, to) => text.replace(`"position":${from},`, `"position":${to},`);
const answer_of = (position, text) => `{"position":${position},"count":1,"events":[${text}]}`;
const log_of = (fold) => fold.texts.slice(1);

/** Two reads of the same thing, the first answered before the second was asked, and showing less. */
function earlier_and_later(ops, kind, lane) {
  const reads = by_end(ops).filter(
    (op) => op.kind === kind && op.status === 200 && op.lane === lane && op.ask.as_of === undefined,
  );
  for (const first of reads) {
    const later = reads.findLast(
      (op) =>
        op.begin > first.end && op.ask.id === first.ask.id && position_of(op) > position_of(first),
    );
    if (later) return [first, later];
  }
  return [];
}

/** Two appends of one entry each, neighbours in the log and apart in time, of different things. */
function neighbours(fold, ops) {
  const alone = (op) => single(op) && !fold.corrected.has(position_of(op));
  const at = new Map(told(ops).filter(alone).map((op) => [position_of(op), op]));
  const names = (position) => fold.entries[position].subjects.map(({ kind, id }) => kind + id);
  for (const [position, op] of at) {
    const next = at.get(position + 1);
    if (!next || next.begin <= op.end) continue;
    if (!names(position).some((name) => names(position + 1).includes(name))) return [op, next];
  }
  return [];
}

function swapped_entries(fold, ops) {
  const [first, second] = neighbours(fold, ops);
  const at = position_of(first);
  const texts = log_of(fold);
  const [one, two] = [moved(texts[at - 1], at, at + 1), moved(texts[at], at + 1, at)];
  texts.splice(at - 1, 2, two, one);
  const changes = new Map([
    [first, { text: answer_of(at + 1, one) }],
    [second, { text: answer_of(at, two) }],
  ]);
  return { texts, ops: with_changes(ops, changes) };
}

/** The later of two is told what the first was; with `both`, the other way round too. */
function told_as_before(ops, kind, { both = false, lane } = {}) {
  const [first, later] = earlier_and_later(ops, kind, lane);
  const changes = new Map([[later, { text: first.text }]]);
  if (both) changes.set(first, { text: later.text });
  return { ops: with_changes(ops, changes) };
}

function ahead_of_time(_, ops) {
  const [first, later] = earlier_and_later(ops, 'ready');
  return { ops: with_changes(ops, new Map([[first, { text: later.text }]])) };
}

function lost(fold, ops) {
  const last = told(ops).reduce((a, b) => (position_of(a) > position_of(b) ? a : b));
  return { texts: log_of(fold).slice(0, position_of(last) - 1) };
}

/** An entry more at the end, made of one that registers a firm. */
function one_more(fold, change) {
  const entry = fold.entries.findLast((one) => one?.type === 'FirmRegistered' && one.reason);
  const more = { ...entry, ...change(entry), position: fold.size + 1 };
  return { texts: [...log_of(fold), JSON.stringify(more)] };
}

const twice = (fold) =>
  one_more(fold, ({ subjects: [subject] }) => ({ subjects: [{ ...subject, version: 2 }] }));

const nobodys = (fold) =>
  one_more(fold, ({ data, subjects: [subject] }) => ({
    reason: 'nobody',
    data: { ...data, firm: 'NEW' },
    subjects: [{ ...subject, id: 'NEW', version: 1 }],
  }));

/** A read as long as a list was under way is told of its first entry alone. */
function half_a_list(_, ops) {
  const list = told(ops).find((op) => !single(op));
  const read = ops.find((op) => op.kind === 'ready' && op.status === 200 && !op.lane);
  const text = JSON.stringify({ position: position_of(list) });
  return { ops: with_changes(ops, new Map([[read, { text, begin: list.begin, end: list.end }]])) };
}

function stale_version(_, ops) {
  const op = told(ops).find(({ ask }) => ask.if_match !== undefined);
  const ask = { ...op.ask, if_match: op.ask.if_match - 1 };
  return { ops: with_changes(ops, new Map([[op, { ask }]])) };
}

function wrong_figure(_, ops) {
  const op = ops.findLast(({ kind, status }) => kind === 'approval' && status === 200);
  const text = op.text.replace(/"reserved":(\d+)/, (_all, n) => `"reserved":${+n + 1}`);
  return { ops: with_changes(ops, new Map([[op, { text }]])) };
}

function wrong_refusal(_, ops) {
  const op = ops.find(({ text }) => text?.includes('"version-conflict"'));
  const text = op.text.replace(/"available":\d+/, '"available":987654321');
  return { ops: with_changes(ops, new Map([[op, { text }]])) };
}

/** Each: what is done to a fold and its operations, and what the checker says of it. */
export const mutations = {
  'two entries swapped': [swapped_entries, /append.* begins at/],
  'a stale read': [(_, ops) => told_as_before(ops, 'approvals'), /approvals .*speaks for/],
  'a read of what is not asked for yet': [ahead_of_time, /begins at|speaks for/],
  'two reads the wrong way round': [
    (_, ops) => told_as_before(ops, 'inventory', { both: true }),
    /begins at|speaks for/,
  ],
  'a lost append': [lost, /is at \[\]/],
  'an append twice': [twice, /is at \[\d+,/],
  'an entry that nobody sent': [nobodys, /nobody sent/],
  'half a list seen': [half_a_list, /inside a list/],
  'an old version accepted': [stale_version, /named version/],
  'a wrong figure': [wrong_figure, /was told/],
  'a refusal of what never was': [wrong_refusal, /speaks for nothing/],
  'a follower that goes back': [
    (_, ops) => told_as_before(ops, 'approvals', { lane: 'the follower' }),
    /approvals .*speaks for/,
  ],
};
