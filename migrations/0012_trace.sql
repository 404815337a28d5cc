-- 0012_trace: in whose trace an entry was sent (W3C Trace Context).
--
-- Promise   What the sender's headers said of the request, beside its answer; no part of the record,
--           so nothing that is hashed or signed.
-- Order     As 0002.
-- Bytes     A traceparent of level 1: 55 characters of lower-case hexadecimal and dashes.
-- Locking   ACCESS EXCLUSIVE on command for an instant, then SHARE while the empty index is built.
-- Undo      DROP INDEX command_trace; ALTER TABLE command DROP COLUMN traceparent.

ALTER TABLE command ADD COLUMN traceparent text
    CHECK (traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
CREATE INDEX command_trace ON command (first_position) WHERE traceparent IS NOT NULL AND count > 0;
-- A server says so when the schema is not the one that it was made for.
GRANT SELECT ON schema_migration TO chipledger_writer;
COMMENT ON COLUMN command.traceparent IS 'Trace of the request that recorded these entries, if it named one.';
