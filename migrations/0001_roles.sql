-- 0001_roles: who may touch the ledger, and how far.
--
-- Promise   chipledger_writer is the group of the process that serves; it owns nothing and gets
--           its grants table by table. chipledger_reader is the group of SQL users: it sees the
--           views and projections alone, never the log's own bytes and salts. chipledger is the
--           login of the process; it has no password until an operator gives it one.
-- Order     First of all: every later file grants to these roles.
-- Bytes     Writes none.
-- Locking   Creates new objects only. Roles belong to the whole cluster: one that another database
--           has made already (even this moment) is taken as it is.
-- Undo      None. A role may serve other ledgers of the cluster.

DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT * FROM (VALUES ('chipledger_writer', 'NOLOGIN'),
                                      ('chipledger_reader', 'NOLOGIN'),
                                      ('chipledger', 'LOGIN')) AS wanted (name, options)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = made.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I %s', made.name, made.options);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    IF NOT pg_has_role('chipledger', 'chipledger_writer', 'MEMBER') THEN
        BEGIN
            GRANT chipledger_writer TO chipledger;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO chipledger_writer, chipledger_reader;
