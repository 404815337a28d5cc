-- 0002_event: the log itself.
--
-- Promise   A row of event, event_subject or command is never updated, deleted or truncated. The
--           triggers hold it against every role, in every replication mode; the grants hold it
--           where a trigger could be disabled: neither is trusted alone, and the tree proves it
--           where both were got round. Size and epoch of log_head never fall.
-- Order     position counts from 1 without gaps: the writer moves log_head and inserts in one
--           transaction, so the row lock makes commit order and position order the same.
-- Bytes     bytes is the record, as hashed; the other columns only find it, never replace it.
--           subject_kinds repeats the kinds of event_subject, for lists by kind.
-- Locking   Creates new objects only: no lock on anything in use.
-- Undo      None. A ledger is not dropped; restore from backup.

CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TABLE event (
    position      bigint      PRIMARY KEY CHECK (position > 0),
    id            uuid        NOT NULL UNIQUE,
    type          text        NOT NULL,
    occurred_at   timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    salt          bytea       NOT NULL CHECK (length(salt) = 32),
    bytes         bytea       NOT NULL CHECK (length(bytes) BETWEEN 1 AND 60000),
    principal     text        NOT NULL,
    subject_kinds text[]      NOT NULL
);
CREATE INDEX event_type ON event (type, position);
CREATE INDEX event_principal ON event (principal, position);
CREATE INDEX event_recorded_at ON event (recorded_at, position);
CREATE INDEX event_occurred_at ON event USING brin (occurred_at) WITH (pages_per_range = 16);

CREATE TABLE event_subject (
    kind     text   NOT NULL,
    id       text   NOT NULL,
    version  bigint NOT NULL CHECK (version > 0),
    position bigint NOT NULL,
    PRIMARY KEY (kind, id, version)
);
CREATE UNIQUE INDEX event_subject_position ON event_subject (kind, id, position);

CREATE TABLE log_head (
    one           boolean     PRIMARY KEY DEFAULT true CHECK (one),
    epoch         bigint      NOT NULL DEFAULT 0,
    size          bigint      NOT NULL DEFAULT 0 CHECK (size >= 0),
    simulated_now timestamptz
) WITH (fillfactor = 10);
INSERT INTO log_head DEFAULT VALUES;

CREATE TABLE command (
    principal      text   NOT NULL,
    key            text   NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    body_hash      bytea  NOT NULL CHECK (length(body_hash) = 32),
    status         int    NOT NULL CHECK (status BETWEEN 200 AND 499),
    first_position bigint NOT NULL CHECK (first_position >= 0),
    count          bigint NOT NULL CHECK (count >= 0),
    answer         text   NOT NULL,
    PRIMARY KEY (principal, key)
);

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
CREATE TRIGGER event_subject_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_subject
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
CREATE TRIGGER command_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON command
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
ALTER TABLE event ENABLE ALWAYS TRIGGER event_append_only;
ALTER TABLE event_subject ENABLE ALWAYS TRIGGER event_subject_append_only;
ALTER TABLE command ENABLE ALWAYS TRIGGER command_append_only;

CREATE FUNCTION log_head_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size OR NEW.epoch < OLD.epoch THEN
        RAISE EXCEPTION 'log_head never falls' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER log_head_rises BEFORE UPDATE ON log_head
    FOR EACH ROW EXECUTE FUNCTION log_head_rises();
CREATE TRIGGER log_head_stays BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_rises;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER log_head_stays;

GRANT SELECT, INSERT ON event, event_subject, command TO chipledger_writer;
GRANT SELECT, UPDATE (epoch, size, simulated_now) ON log_head TO chipledger_writer;
