-- 0007_access: how fast a token may ask, and what auditors have looked at.
--
-- Promise   access_trace is append-only, by the same grants and triggers as the log.
-- Order     None: these rows are no part of the log.
-- Bytes     path holds no secret: tokens and cookies travel in headers.
-- Locking   ACCESS EXCLUSIVE on token for a moment; a new nullable column rewrites nothing.
-- Undo      ALTER TABLE token DROP COLUMN rate; DROP TABLE access_trace.

ALTER TABLE token ADD COLUMN rate int CHECK (rate > 0);
COMMENT ON COLUMN token.rate IS 'Requests a second; NULL: as the server says.';

CREATE TABLE access_trace (
    at         timestamptz NOT NULL,
    principal  text        NOT NULL,
    role       text        NOT NULL,
    path       text        NOT NULL,
    request_id text        NOT NULL
);
CREATE INDEX access_trace_at ON access_trace USING brin (at);
CREATE TRIGGER access_trace_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_trace
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
ALTER TABLE access_trace ENABLE ALWAYS TRIGGER access_trace_append_only;
GRANT SELECT, INSERT ON access_trace TO chipledger_writer;
