-- 0010_analyst: every thing of the ledger as a table, and views over them for analysts.
--
-- Promise   The tables of schema projected are folds of the log, never the truth. Rows carry the
--           generation that they were built in; projection_checkpoint names the one that counts, so
--           that another is built beside it and takes its place by one UPDATE. The views show that
--           one alone, look with the eyes of who asks (security_invoker), and row security gives a
--           firm's login its own rows. A batch's own row tells of others' units: not for firms.
-- Order     projection_checkpoint.position is the last entry folded in. A movement is what an entry
--           changed when it was recorded, a correction's too: sums up to N are balances as of N.
-- Bytes     Ids sort by their bytes (COLLATE "C"): the digest of a table is SHA-256 over its COPY
--           text in key order. Entry views cast the record; what they show is not what is hashed.
-- Locking   Drops approval_balance and inventory, which come back as views: filled again from the
--           log at the next start. ACCESS EXCLUSIVE on event for a moment.
-- Undo      DROP SCHEMA projected CASCADE, drop the views, and run 0005's CREATE TABLEs again.

DROP TABLE approval_balance, inventory;
ALTER TABLE projection_checkpoint ADD COLUMN generation bigint NOT NULL DEFAULT 1,
                                  ADD COLUMN day date;
COMMENT ON COLUMN projection_checkpoint.day IS 'The ledger''s day at that entry.';
UPDATE projection_checkpoint SET position = 0;
GRANT UPDATE (position, generation, day) ON projection_checkpoint TO chipledger_writer;

CREATE SCHEMA projected;
GRANT USAGE ON SCHEMA projected TO chipledger_writer, chipledger_reader;

CREATE TABLE projected.firm (
    generation bigint NOT NULL,
    firm       text   COLLATE "C" NOT NULL,
    name       text   NOT NULL,
    tier       text   COLLATE "C" NOT NULL,
    sector     text,
    registered bigint NOT NULL,
    PRIMARY KEY (generation, firm)
);
CREATE TABLE projected.application (
    generation   bigint      NOT NULL,
    application  text        COLLATE "C" NOT NULL,
    firm         text        COLLATE "C" NOT NULL,
    sku          text        NOT NULL,
    qty          bigint      NOT NULL,
    end_use      text        NOT NULL,
    status       text        NOT NULL,
    submitted_at timestamptz NOT NULL,
    approval     text        COLLATE "C",
    PRIMARY KEY (generation, application)
);
CREATE TABLE projected.approval (
    generation   bigint NOT NULL,
    approval     text   COLLATE "C" NOT NULL,
    firm         text   COLLATE "C" NOT NULL,
    application  text   COLLATE "C",
    sku          text   NOT NULL,
    end_use      text   NOT NULL,
    period       text   COLLATE "C" NOT NULL,
    valid_from   date   NOT NULL,
    valid_to     date   NOT NULL,
    status       text   NOT NULL,
    carried_from text   COLLATE "C",
    granted      bigint NOT NULL,
    available    bigint NOT NULL,
    reserved     bigint NOT NULL,
    drawn        bigint NOT NULL,
    forfeited    bigint NOT NULL,
    carried_out  bigint NOT NULL,
    PRIMARY KEY (generation, approval),
    CHECK (granted = available + reserved + drawn + forfeited + carried_out)
);
CREATE INDEX approval_firm ON projected.approval (generation, firm, period);
CREATE TABLE projected.condition (
    generation bigint NOT NULL,
    approval   text   COLLATE "C" NOT NULL,
    number     bigint NOT NULL,
    firm       text   COLLATE "C" NOT NULL,
    code       text   NOT NULL,
    allow      text,
    max        bigint,
    text       text,
    due        date,
    evidenced  bigint,
    breached   bigint,
    PRIMARY KEY (generation, approval, number)
);
CREATE TABLE projected.batch (
    generation     bigint NOT NULL,
    batch          text   COLLATE "C" NOT NULL,
    sku            text   NOT NULL,
    qty            bigint NOT NULL,
    origin         text,
    supplier       text,
    export_licence text,
    certificate    text,
    registered     bigint NOT NULL,
    PRIMARY KEY (generation, batch)
);
CREATE TABLE projected.holding (
    generation bigint NOT NULL,
    batch      text   COLLATE "C" NOT NULL,
    state      text   COLLATE "C" NOT NULL,
    approval   text   COLLATE "C" NOT NULL,
    shipment   text   COLLATE "C" NOT NULL,
    site       text   COLLATE "C" NOT NULL,
    firm       text   COLLATE "C" NOT NULL,
    sku        text   NOT NULL,
    units      bigint NOT NULL CHECK (units > 0),
    PRIMARY KEY (generation, batch, state, approval, shipment, site)
);
CREATE INDEX holding_firm ON projected.holding (generation, firm, state);
CREATE INDEX holding_shipment ON projected.holding (generation, shipment);
CREATE TABLE projected.shipment (
    generation    bigint      NOT NULL,
    shipment      text        COLLATE "C" NOT NULL,
    approval      text        COLLATE "C" NOT NULL,
    firm          text        COLLATE "C" NOT NULL,
    carrier       text,
    port          text,
    office        text,
    dispatched_at timestamptz NOT NULL,
    dispatched    bigint      NOT NULL,
    PRIMARY KEY (generation, shipment)
);
-- A row of tier '' for the policy itself, and one for each tier that it names.
CREATE TABLE projected.policy (
    generation         bigint NOT NULL,
    period             text   COLLATE "C" NOT NULL,
    tier               text   COLLATE "C" NOT NULL,
    units              bigint NOT NULL,
    policy_version     bigint NOT NULL,
    critical_pct       bigint NOT NULL,
    carry_over_max_pct bigint NOT NULL,
    PRIMARY KEY (generation, period, tier)
);
CREATE TABLE projected.movement (
    generation  bigint      NOT NULL,
    position    bigint      NOT NULL,
    approval    text        COLLATE "C" NOT NULL,
    firm        text        COLLATE "C" NOT NULL,
    type        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    granted     bigint      NOT NULL,
    available   bigint      NOT NULL,
    reserved    bigint      NOT NULL,
    drawn       bigint      NOT NULL,
    forfeited   bigint      NOT NULL,
    carried_out bigint      NOT NULL,
    PRIMARY KEY (generation, position, approval)
);
CREATE INDEX movement_approval ON projected.movement (generation, approval, position);
CREATE INDEX movement_firm ON projected.movement (generation, firm, position);

-- Asked once a statement, not once a row.
CREATE FUNCTION reads_all() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM sql_reader WHERE login = session_user AND firm IS NULL) $$;
CREATE FUNCTION own_firm() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT firm FROM sql_reader WHERE login = session_user $$;
DROP FUNCTION reads_firm(text);
ALTER POLICY reading ON event USING ((SELECT reads_all()) OR reads_entry(position));
-- It answers for any firm: not for those who may see one.
REVOKE EXECUTE ON FUNCTION names_firm(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION names_firm(text, bigint) TO chipledger_writer;

DO $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT * FROM (VALUES
            ('firm', 'firm = (SELECT own_firm())'), ('application', 'firm = (SELECT own_firm())'),
            ('approval', 'firm = (SELECT own_firm())'), ('condition', 'firm = (SELECT own_firm())'),
            ('holding', 'firm = (SELECT own_firm())'), ('shipment', 'firm = (SELECT own_firm())'),
            ('movement', 'firm = (SELECT own_firm())'), ('batch', 'false'),
            ('policy', '(SELECT own_firm()) IS NOT NULL')) AS wanted (name, own)
    LOOP
        EXECUTE format('ALTER TABLE projected.%I ENABLE ROW LEVEL SECURITY', made.name);
        EXECUTE format('ALTER TABLE projected.%I FORCE ROW LEVEL SECURITY', made.name);
        EXECUTE format('CREATE POLICY serving ON projected.%I TO chipledger_writer'
                       ' USING (true) WITH CHECK (true)', made.name);
        EXECUTE format('CREATE POLICY reading ON projected.%I FOR SELECT TO chipledger_reader'
                       ' USING ((SELECT reads_all()) OR %s)', made.name, made.own);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON projected.%I TO chipledger_writer',
                       made.name);
        EXECUTE format('GRANT SELECT ON projected.%I TO chipledger_reader', made.name);
    END LOOP;
END
$$;

-- ---- what is there, as of projection_checkpoint ----
CREATE VIEW firm WITH (security_invoker = true) AS
    SELECT firm, name, tier, sector, registered FROM projected.firm
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW application WITH (security_invoker = true) AS
    SELECT application, firm, sku, qty, end_use, status, submitted_at, approval
    FROM projected.application
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW approval WITH (security_invoker = true) AS
    SELECT approval, firm, application, sku, end_use, period, valid_from, valid_to, status,
           carried_from, granted, available, reserved, drawn, forfeited, carried_out
    FROM projected.approval
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW approval_balance WITH (security_invoker = true) AS
    SELECT approval, firm, period, status, granted, available, reserved, drawn, forfeited,
           carried_out
    FROM approval;
CREATE VIEW approval_condition WITH (security_invoker = true) AS
    SELECT approval, number, firm, code, allow::jsonb AS allow, max, text, due, evidenced, breached
    FROM projected.condition
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW holding WITH (security_invoker = true) AS
    SELECT batch, sku, state, nullif(approval, '') AS approval, nullif(firm, '') AS firm,
           nullif(shipment, '') AS shipment, nullif(site, '') AS site, units
    FROM projected.holding
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW inventory WITH (security_invoker = true) AS
    SELECT firm, approval, batch, state, sum(units)::bigint AS units
    FROM holding WHERE approval IS NOT NULL GROUP BY firm, approval, batch, state;
CREATE VIEW batch WITH (security_invoker = true) AS
    SELECT batch, sku, qty, origin, supplier, export_licence, certificate, registered,
           (SELECT coalesce(sum(h.units), 0)::bigint FROM holding h
            WHERE h.batch = b.batch AND h.state = 'registered' AND h.approval IS NULL)
               AS unallocated
    FROM projected.batch b
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW shipment WITH (security_invoker = true) AS
    SELECT shipment, approval, firm, carrier, port, office, dispatched_at, dispatched,
           EXISTS (SELECT FROM projected.holding h WHERE h.generation = s.generation
                   AND h.shipment = s.shipment
                   AND h.state IN ('in_transit', 'arrived', 'held', 'seized')) AS open
    FROM projected.shipment s
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');
CREATE VIEW policy_cap WITH (security_invoker = true) AS
    SELECT period, tier, units, policy_version, critical_pct, carry_over_max_pct
    FROM projected.policy
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances')
      AND tier <> '';
CREATE VIEW balance_movement WITH (security_invoker = true) AS
    SELECT position, approval, firm, type, occurred_at, recorded_at, granted, available, reserved,
           drawn, forfeited, carried_out
    FROM projected.movement
    WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances');

-- ---- what follows from it ----
CREATE VIEW exposure WITH (security_invoker = true) AS
    WITH policy AS (
        SELECT period, tier, units FROM projected.policy
        WHERE generation = (SELECT generation FROM projection_checkpoint WHERE name = 'balances')
    ), known AS (
        SELECT f.firm, p.period FROM firm f CROSS JOIN policy p WHERE p.tier = ''
        UNION SELECT firm, period FROM approval
    ), held AS (
        SELECT firm, period, sum(reserved + drawn)::bigint AS exposure,
               sum(granted - forfeited)::bigint AS entitled
        FROM approval GROUP BY firm, period
    ), capped AS (  -- NULL without a policy, 0 for a tier that it does not name.
        SELECT k.firm, f.name, f.tier, k.period, coalesce(h.exposure, 0) AS exposure,
               coalesce(h.entitled, 0) AS entitled,
               CASE WHEN p.period IS NOT NULL THEN coalesce(c.units, 0) END AS cap
        FROM known k JOIN firm f USING (firm)
             LEFT JOIN held h USING (firm, period)
             LEFT JOIN policy p ON p.period = k.period AND p.tier = ''
             LEFT JOIN policy c ON c.period = k.period AND c.tier = f.tier
    )
    SELECT firm, name, tier, period, exposure, entitled, cap, cap - exposure AS headroom,
           exposure > cap AS over_cap
    FROM capped;
CREATE VIEW expiring_approval WITH (security_invoker = true) AS
    SELECT a.approval, a.firm, a.period, a.status, a.valid_to, a.valid_to - c.day AS days_left,
           a.available, a.reserved
    FROM approval a, projection_checkpoint c
    WHERE c.name = 'balances' AND a.status NOT IN ('revoked', 'surrendered', 'expired');
CREATE VIEW condition_due WITH (security_invoker = true) AS
    SELECT o.approval, o.firm, o.text, o.due, o.due - c.day AS days_left, o.breached
    FROM approval_condition o JOIN approval a USING (approval), projection_checkpoint c
    WHERE c.name = 'balances' AND o.due IS NOT NULL AND o.evidenced IS NULL
      AND a.status NOT IN ('revoked', 'surrendered', 'expired');

-- ---- the record itself, cast for reading ----
CREATE VIEW entry WITH (security_invoker = true) AS
    SELECT position, id, type, occurred_at, recorded_at,
           recorded_at - occurred_at > interval '24 hours' AS late, principal,
           entry #>> '{actor,role}' AS role, entry #>> '{actor,firm}' AS actor_firm,
           entry #>> '{confirmed_by,principal}' AS confirmed_by,
           entry #>> '{subjects,0,kind}' AS subject_kind, entry #>> '{subjects,0,id}' AS subject,
           entry #>> '{data,firm}' AS firm, entry #>> '{data,application}' AS application,
           entry #>> '{data,approval}' AS approval, entry #>> '{data,batch}' AS batch,
           entry #>> '{data,shipment}' AS shipment, (entry #>> '{data,target}')::bigint AS target,
           entry #>> '{data,reason}' AS reason, entry ->> 'reason' AS remark,
           entry -> 'data' AS data
    FROM event_json;
CREATE VIEW entry_subject WITH (security_invoker = true) AS
    SELECT e.position, e.type, s ->> 'kind' AS kind, s ->> 'id' AS id,
           (s ->> 'version')::bigint AS version
    FROM event_json e, jsonb_array_elements(e.entry -> 'subjects') s;
CREATE VIEW entry_units WITH (security_invoker = true) AS
    SELECT e.position, e.type, u ->> 'batch' AS batch, (u ->> 'from')::bigint AS first,
           (u ->> 'to')::bigint AS last, (u ->> 'to')::bigint - (u ->> 'from')::bigint + 1 AS units
    FROM event_json e, jsonb_array_elements(e.entry #> '{data,units}') u
    WHERE jsonb_typeof(e.entry #> '{data,units}') = 'array';

GRANT SELECT ON firm, application, approval, approval_balance, approval_condition, holding,
    inventory, batch, shipment, policy_cap, balance_movement, exposure, expiring_approval,
    condition_due, entry, entry_subject, entry_units TO chipledger_reader, chipledger_writer;
