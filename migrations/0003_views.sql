-- 0003_views: projections for SQL users, and room for the proofs.
--
-- Promise   Everything here is a fold of the log and can be dropped and made again. A projector
--           writes rows and its checkpoint in one transaction, so a reader never sees half.
-- Locking   Creates new objects only.
-- Undo      Drop the tables; the projector fills them again from entry 1.

CREATE TABLE projection_checkpoint (
    name     text   PRIMARY KEY,
    position bigint NOT NULL
);
INSERT INTO projection_checkpoint VALUES ('views', 0);

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
    carried_out bigint NOT NULL
);

CREATE TABLE inventory (
    firm     text   NOT NULL,
    approval text   NOT NULL,
    state    text   NOT NULL,
    units    bigint NOT NULL,
    PRIMARY KEY (approval, state)
);
CREATE INDEX inventory_firm ON inventory (firm);

CREATE TABLE checkpoint (
    size       bigint      PRIMARY KEY,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tile (
    level int    NOT NULL,
    index bigint NOT NULL,
    bytes bytea  NOT NULL,
    PRIMARY KEY (level, index)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON projection_checkpoint, approval_balance, inventory
    TO chipledger_writer;
GRANT SELECT, INSERT ON checkpoint, tile TO chipledger_writer;
GRANT SELECT ON approval_balance, inventory, projection_checkpoint TO chipledger_reader;
