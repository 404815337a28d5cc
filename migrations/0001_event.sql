-- 0001_event: the log itself.
--
-- Promise   A row of event, event_subject or command is never updated, deleted or truncated. The
--           triggers hold it against every role, the grants hold it where a trigger could be
--           disabled: neither is trusted alone.
-- Order     position counts from 1 without gaps: the writer moves log_head and inserts in one
--           transaction, so the row lock makes commit order and position order the same.
-- Bytes     bytes is the record, as hashed; the other columns only find it, never replace it.
-- Locking   Creates new objects only: no lock on anything in use.
-- Undo      None. A ledger is not dropped; restore from backup.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chipledger_writer') THEN
        CREATE ROLE chipledger_writer NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chipledger_reader') THEN
        CREATE ROLE chipledger_reader NOLOGIN;
    END IF;
END $$;

CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the record is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TABLE event (
    position    bigint      PRIMARY KEY CHECK (position > 0),
    id          uuid        NOT NULL UNIQUE,
    type        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    principal   text        NOT NULL,
    salt        bytea       NOT NULL CHECK (octet_length(salt) = 32),
    bytes       bytea       NOT NULL
);
CREATE INDEX event_recorded_at ON event (recorded_at, position);
CREATE INDEX event_type ON event (type, position);

CREATE TABLE event_subject (
    kind     text   NOT NULL,
    id       text   NOT NULL,
    version  bigint NOT NULL CHECK (version > 0),
    position bigint NOT NULL REFERENCES event,
    PRIMARY KEY (kind, id, version)
);
CREATE INDEX event_subject_position ON event_subject (position);

-- One row: how many entries there are, and whose turn it is to write.
CREATE TABLE log_head (
    only          boolean     PRIMARY KEY DEFAULT true CHECK (only),
    epoch         bigint      NOT NULL,
    size          bigint      NOT NULL,
    simulated_now timestamptz
);
INSERT INTO log_head (epoch, size) VALUES (0, 0);

-- Idempotency: the first answer to each key, for ever.
CREATE TABLE command (
    principal text   NOT NULL,
    key       text   NOT NULL,
    body_hash bytea  NOT NULL CHECK (octet_length(body_hash) = 32),
    status    int    NOT NULL,
    first     bigint NOT NULL,
    count     bigint NOT NULL,
    answer    text   NOT NULL,
    PRIMARY KEY (principal, key)
);

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();
CREATE TRIGGER event_subject_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_subject
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();
CREATE TRIGGER command_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON command
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();
CREATE TRIGGER log_head_stays BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();

CREATE VIEW event_json AS
    SELECT position, id, type, occurred_at, recorded_at, principal,
           convert_from(bytes, 'UTF8')::jsonb AS entry
    FROM event;

GRANT SELECT, INSERT ON event, event_subject, command TO chipledger_writer;
GRANT SELECT, UPDATE ON log_head TO chipledger_writer;
GRANT SELECT ON event_json TO chipledger_writer, chipledger_reader;
