-- 0006_readers: a signer of its own, and rows that only their owners see.
--
-- Promise   chipledger_signer reads entries and adds signed heads; it can record nothing. A SQL user
--           of chipledger_reader sees the rows of the firm that sql_reader names for its login, all
--           rows where it names none (an auditor), and nothing where its login is not there. Where a
--           transaction of the server says SET LOCAL chipledger.firm, it too sees the entries of
--           that firm alone: a second layer under the API's own checks. Row security holds the
--           tables' owner too (FORCE).
-- Order     After the tables. Views look with the eyes of who asks (security_invoker).
-- Bytes     Writes none. Salts stay with those who serve and sign.
-- Locking   ACCESS EXCLUSIVE on event, event_subject and the projections, for a moment.
-- Undo      DROP POLICY …, ALTER TABLE … DISABLE ROW LEVEL SECURITY, DROP TABLE sql_reader.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chipledger_signer') THEN
        BEGIN
            CREATE ROLE chipledger_signer LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO chipledger_signer;
GRANT SELECT (position, salt, bytes) ON event TO chipledger_signer;
GRANT SELECT ON log_head TO chipledger_signer;
GRANT SELECT, INSERT ON checkpoint, tile TO chipledger_signer;

CREATE TABLE sql_reader (
    login name PRIMARY KEY,
    firm  text
);
COMMENT ON TABLE sql_reader IS
    'Whose rows a login of chipledger_reader sees; firm NULL: all. Filled by the owner.';

CREATE FUNCTION reads_firm(wanted text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM sql_reader
                         WHERE login = session_user AND (firm IS NULL OR firm = wanted)) $$;
CREATE FUNCTION reads_entry(wanted bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM sql_reader r WHERE r.login = session_user AND
                         (r.firm IS NULL OR EXISTS (SELECT FROM event_subject s WHERE
                          s.kind = 'firm' AND s.id = r.firm AND s.position = wanted))) $$;
CREATE FUNCTION names_firm(wanted text, at bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM event_subject
                         WHERE kind = 'firm' AND id = wanted AND position = at) $$;

ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
CREATE POLICY serving ON event TO chipledger_writer
    USING (coalesce(current_setting('chipledger.firm', true), '') = ''
           OR names_firm(current_setting('chipledger.firm', true), position))
    WITH CHECK (true);
CREATE POLICY signing ON event FOR SELECT TO chipledger_signer USING (true);
CREATE POLICY reading ON event FOR SELECT TO chipledger_reader USING (reads_entry(position));

ALTER TABLE approval_balance ENABLE ROW LEVEL SECURITY;
ALTER TABLE approval_balance FORCE ROW LEVEL SECURITY;
CREATE POLICY serving ON approval_balance TO chipledger_writer USING (true) WITH CHECK (true);
CREATE POLICY reading ON approval_balance FOR SELECT TO chipledger_reader USING (reads_firm(firm));
ALTER TABLE inventory ENABLE ROW LEVEL SECURITY;
ALTER TABLE inventory FORCE ROW LEVEL SECURITY;
CREATE POLICY serving ON inventory TO chipledger_writer USING (true) WITH CHECK (true);
CREATE POLICY reading ON inventory FOR SELECT TO chipledger_reader USING (reads_firm(firm));

ALTER VIEW event_json SET (security_invoker = true);
GRANT SELECT (position, id, type, occurred_at, recorded_at, principal, bytes) ON event
    TO chipledger_reader;
