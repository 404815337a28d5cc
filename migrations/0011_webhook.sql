-- 0011_webhook: who is told of new entries, and how far each has been told.
--
-- Promise   A subscription is told of every entry that it asks for and its principal may read, at
--           least once and in the order of positions: delivered_through moves when an entry was
--           taken, or lies among the dead letters. Nothing here is the record: these rows may go.
-- Order     By position within a subscription; none between two.
-- Bytes     secret is sealed (AES-256-GCM) under a key from the pepper, which the database does not
--           hold: a copy of the database signs no delivery.
-- Locking   Creates new objects only: no lock on anything in use.
-- Undo      DROP TABLE webhook_dead_letter, webhook: nobody is told any more.

CREATE TABLE webhook (
    id                text        PRIMARY KEY CHECK (id ~ '^wh_[0-9a-f]{24}$'),
    principal         text        NOT NULL REFERENCES principal (name),
    created_at        timestamptz NOT NULL DEFAULT now(),
    url               text        NOT NULL CHECK (length(url) <= 2000),
    types             text[]      NOT NULL DEFAULT '{}',
    subject_kind      text,
    subject_id        text        CHECK ((subject_id IS NULL) = (subject_kind IS NULL)),
    content           text        NOT NULL CHECK (content IN ('cloudevent', 'entry')),
    base              text        NOT NULL,
    secret            bytea       NOT NULL,
    status            text        NOT NULL DEFAULT 'active'
                                  CHECK (status IN ('active', 'paused', 'disabled')),
    delivered_through bigint      NOT NULL CHECK (delivered_through >= 0),
    attempts          int         NOT NULL DEFAULT 0,
    next_attempt_at   timestamptz,
    last_status       int,
    last_error        text,
    delivered         bigint      NOT NULL DEFAULT 0,
    failed            bigint      NOT NULL DEFAULT 0
);
CREATE INDEX webhook_principal ON webhook (principal);
COMMENT ON COLUMN webhook.base IS 'Address of this server as the subscriber reached it.';
COMMENT ON COLUMN webhook.attempts IS 'Failed ones for the entry at the head of the line.';

CREATE TABLE webhook_dead_letter (
    webhook     text        NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    position    bigint      NOT NULL,
    attempts    int         NOT NULL,
    last_status int,
    last_error  text,
    died_at     timestamptz NOT NULL DEFAULT now(),
    queued      boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (webhook, position)
);
COMMENT ON COLUMN webhook_dead_letter.queued IS 'To be tried once more.';

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook, webhook_dead_letter TO chipledger_writer;
