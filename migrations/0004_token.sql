-- 0004_token: who may come, and with which token.
--
-- Promise   A token is never stored: hash is HMAC-SHA256 under a pepper that the database does not
--           hold. A principal keeps its role and firm for ever (the log names it); tokens are
--           revoked, not deleted.
-- Order     None: these rows are no part of the log and move no balance.
-- Bytes     None that are hashed into the tree.
-- Locking   Creates new objects only: no lock on anything in use.
-- Undo      DROP TABLE token, principal: every token is void then.

CREATE TABLE principal (
    name       text        PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 80),
    role       text        NOT NULL CHECK (role IN ('regulator', 'customs', 'logistics', 'firm',
                                                    'auditor', 'admin')),
    firm       text        CHECK ((role = 'firm') = (firm IS NOT NULL)),
    offices    text[]      NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE token (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal    text        NOT NULL REFERENCES principal (name),
    hash         bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
CREATE INDEX token_principal ON token (principal);

GRANT SELECT, INSERT ON principal, token TO chipledger_writer;
GRANT UPDATE (revoked_at, last_used_at) ON token TO chipledger_writer;
