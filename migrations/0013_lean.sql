-- 0013_lean: an entry costs half the index insertions (docs/decisions/0061-half-the-indexes.md).
--
-- Promise   As 0002, but for two nets that the writer never needed: it makes ids from 74 random bits,
--           and gives versions under the fence of log_head; chipledger verify checks the versions.
-- Order     recorded_at never falls, so an instant is found by bisection over the primary key.
-- Bytes     kinds: bit 0 firm, 1 application, 2 approval, 3 batch, 4 shipment, 5 policy, 6 scope,
--           7 ledger; a second subject of a kind sets no other bit.
-- Locking   ACCESS EXCLUSIVE on event while it is written anew, about a minute for 10,000,000
--           entries, and on event_subject for an instant.
-- Undo      Back to text[] by the same ALTER, and CREATE UNIQUE INDEX on event (id) and on
--           event_subject (kind, id, version), CREATE INDEX on event (recorded_at, position).

DROP INDEX event_recorded_at;
ALTER TABLE event DROP CONSTRAINT event_id_key;
ALTER TABLE event ALTER COLUMN subject_kinds TYPE smallint USING
    (subject_kinds @> '{firm}')::int * 1 +
    (subject_kinds @> '{application}')::int * 2 +
    (subject_kinds @> '{approval}')::int * 4 +
    (subject_kinds @> '{batch}')::int * 8 +
    (subject_kinds @> '{shipment}')::int * 16 +
    (subject_kinds @> '{policy}')::int * 32 +
    (subject_kinds @> '{scope}')::int * 64 +
    (subject_kinds @> '{ledger}')::int * 128;
ALTER TABLE event RENAME COLUMN subject_kinds TO kinds;
COMMENT ON COLUMN event.kinds IS 'Which kinds of things the entry touches, a bit each.';

ALTER TABLE event_subject DROP CONSTRAINT event_subject_pkey;
ALTER TABLE event_subject ADD PRIMARY KEY USING INDEX event_subject_position;
