-- 0009_cosigned: the same head again, with cosignatures that it did not have before.
--
-- Promise   As 0003: what was published stays. A size may have several notes, of one root; that two
--           roots of a size are there is a fork, for chipledger verify to show.
-- Order     By size; within a size by created_at.
-- Bytes     As 0003.
-- Locking   ACCESS EXCLUSIVE on checkpoint while the index is built.
-- Undo      Keep one note a size, and make size the primary key again.

ALTER TABLE checkpoint DROP CONSTRAINT checkpoint_pkey;
CREATE UNIQUE INDEX checkpoint_size ON checkpoint (size, sha256(note));
