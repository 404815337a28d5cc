-- 0005_projection: what SQL users read.
--
-- Promise   Folds of the log, never the truth: each may be emptied and is written again from the
--           first entry. Rows and projection_checkpoint move in one transaction, so together they
--           are exactly the state as of that position.
-- Order     projection_checkpoint.position is the last entry folded in; it lags the log a little.
-- Bytes     event_json casts the record for reading; what it shows is not what is hashed.
-- Locking   Creates new objects only: no lock on anything in use.
-- Undo      DROP VIEW event_json; DROP TABLE inventory, approval_balance, projection_checkpoint.

CREATE TABLE approval_balance (
    approval    text   PRIMARY KEY,
    firm        text   NOT NULL,
    period      text   NOT NULL,
    status      text   NOT NULL,
    granted     bigint NOT NULL,
    available   bigint NOT NULL,
    reserved    bigint NOT NULL,
    drawn       bigint NOT NULL,
    forfeited   bigint NOT NULL,
    carried_out bigint NOT NULL,
    CHECK (granted = available + reserved + drawn + forfeited + carried_out)
);
CREATE INDEX approval_balance_firm ON approval_balance (firm, period);

CREATE TABLE inventory (
    firm     text   NOT NULL,
    approval text   NOT NULL,
    batch    text   NOT NULL,
    state    text   NOT NULL,
    units    bigint NOT NULL CHECK (units > 0),
    PRIMARY KEY (approval, batch, state)
);
CREATE INDEX inventory_firm ON inventory (firm, state);

CREATE TABLE projection_checkpoint (
    name     text   PRIMARY KEY,
    position bigint NOT NULL CHECK (position >= 0)
);
INSERT INTO projection_checkpoint VALUES ('balances', 0);

CREATE VIEW event_json AS
    SELECT position, id, type, occurred_at, recorded_at, principal,
           convert_from(bytes, 'UTF8')::jsonb AS entry
    FROM event;

GRANT SELECT, INSERT, UPDATE, DELETE ON approval_balance, inventory TO chipledger_writer;
GRANT SELECT, UPDATE (position) ON projection_checkpoint TO chipledger_writer;
GRANT SELECT ON event_json, approval_balance, inventory, projection_checkpoint
    TO chipledger_reader, chipledger_writer;
