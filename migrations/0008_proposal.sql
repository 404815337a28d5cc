-- 0008_proposal: what waits for a second principal.
--
-- Promise   A proposal is a command answered 202, and its decision a command of the principal
--           'proposal/' with the proposal's id as key: both append-only like every command, and the
--           primary key lets it be decided once.
-- Order     The decision is written in the transaction that records the entries.
-- Bytes     answer holds the proposal as JSON text.
-- Locking   SHARE on command while the index is built; few rows answer to it.
-- Undo      DROP INDEX command_proposal.

CREATE INDEX command_proposal ON command ((answer::jsonb ->> 'id')) WHERE status = 202;
