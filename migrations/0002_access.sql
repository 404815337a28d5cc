-- 0002_access: who may come in.
--
-- Promise   A token is stored as an HMAC with a pepper that is not in the database: a copy of
--           this table lets nobody in.
-- Locking   Creates new objects only.
-- Undo      None.

CREATE TABLE principal (
    name       text        PRIMARY KEY,
    role       text        NOT NULL
               CHECK (role IN ('regulator', 'customs', 'logistics', 'firm', 'auditor', 'admin')),
    firm       text        CHECK ((role = 'firm') = (firm IS NOT NULL)),
    offices    text[]      NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE token (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal    text        NOT NULL REFERENCES principal,
    hash         bytea       NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

GRANT SELECT, INSERT ON principal TO chipledger_writer;
GRANT SELECT, INSERT, UPDATE (revoked_at, last_used_at) ON token TO chipledger_writer;
