-- 0003_proof: signed heads of the tree and its tiles (C2SP tlog-tiles, signed notes).
--
-- Promise   What was published stays: a checkpoint or tile is never updated, deleted or truncated,
--           by the same triggers and grants as the log. A partial tile is a row of its own width.
-- Order     checkpoint.size is a position: the tree over the first size entries.
-- Bytes     note is the signed note as served; hashes are the concatenated 32-byte hashes.
-- Locking   Creates new objects only: no lock on anything in use.
-- Undo      DROP TABLE checkpoint, tile: both are made again from the log, except signatures.

CREATE TABLE checkpoint (
    size       bigint      PRIMARY KEY CHECK (size >= 0),
    root       bytea       NOT NULL CHECK (length(root) = 32),
    note       bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tile (
    level  int    NOT NULL CHECK (level BETWEEN 0 AND 63),
    index  bigint NOT NULL CHECK (index >= 0),
    width  int    NOT NULL CHECK (width BETWEEN 1 AND 256),
    hashes bytea  NOT NULL CHECK (length(hashes) = 32 * width),
    PRIMARY KEY (level, index, width)
);

CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
CREATE TRIGGER tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tile
    FOR EACH STATEMENT EXECUTE FUNCTION is_append_only();
ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoint_append_only;
ALTER TABLE tile ENABLE ALWAYS TRIGGER tile_append_only;

GRANT SELECT, INSERT ON checkpoint, tile TO chipledger_writer;
