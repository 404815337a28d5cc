// What docs/how-to/analyst.md says, done by the people it speaks of.
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "catch.hpp"
#include "ledger/ledger.hpp"
#include "sql/demo_ledger.hpp"

namespace chipledger
{

using sql_test::DemoLedger;

namespace
{

using Json = nlohmann::json;

std::string the_page()
{
    std::ifstream in{CHIPLEDGER_SOURCE_DIR "/docs/how-to/analyst.md"};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The blocks of the page that begin with this line.
std::vector<std::string> blocks(const std::string& fence)
{
    static const std::regex block{"```([a-z ]+)\n([^`]*)```"};
    const std::string page = the_page();
    std::vector<std::string> found;
    for (std::sregex_iterator at{page.begin(), page.end(), block}, end; at != end; ++at)
        if ((*at)[1].str() == fence) found.push_back((*at)[2].str());
    return found;
}

const std::vector<std::string> views{"firm",
                                     "application",
                                     "approval",
                                     "approval_balance",
                                     "approval_condition",
                                     "holding",
                                     "inventory",
                                     "batch",
                                     "shipment",
                                     "policy_cap",
                                     "balance_movement",
                                     "exposure",
                                     "expiring_approval",
                                     "condition_due",
                                     "entry",
                                     "entry_subject",
                                     "entry_units",
                                     "event_json"};

std::string first_line(const std::string& command)
{
    FILE* out = ::popen(command.c_str(), "r");
    char line[256]{};
    REQUIRE(std::fgets(line, sizeof line, out) != nullptr);
    REQUIRE(::pclose(out) == 0);
    return line;
}

}  // namespace

TEST_CASE("every query of the page answers, and what a firm's login sees is its own", "[analyst]")
{
    const DemoLedger demo;
    const std::vector<std::string> queries = blocks("sql");
    REQUIRE(queries.size() >= 10);
    int answered = 0;  // For the firm; unit 17 of B01 was never its own.
    for (const std::string& query : queries) {
        INFO(query);
        const std::string all = demo.as("ana", query), own = demo.as("fay", query);
        CHECK_FALSE(all.empty());
        CHECK(all.find("ERROR") == all.npos);
        CHECK(all != "denied");
        answered += own.empty() ? 0 : 1;
        CHECK(own.find("ERROR") == own.npos);
        CHECK(own.find("F-B") == own.npos);
        CHECK(demo.as("bo", query).empty());
    }
    CHECK(answered == static_cast<int>(queries.size()) - 1);
    for (const std::string& view : views)
        CHECK(the_page().find('`' + view + '`') != std::string::npos);
}

TEST_CASE("the page's way to make logins works", "[analyst]")
{
    const DemoLedger demo;
    const std::vector<std::string> made = blocks("sql operator");
    REQUIRE(made.size() == 1);
    std::string text = std::regex_replace(made[0], std::regex{"\\bana\\b"}, "cleo");
    text = std::regex_replace(text, std::regex{"\\bfay\\b"}, "dan");
    demo.sql(text);
    CHECK(demo.as("cleo", "SELECT count(DISTINCT firm) > 3 FROM approval") == "t");
    CHECK(demo.as("dan", "SELECT DISTINCT firm FROM approval") == "F-A");
}

TEST_CASE("a firm's login sees its rows alone, one that nobody has named sees none", "[analyst]")
{
    const DemoLedger demo;
    for (const char* view :
         {"firm", "application", "approval", "approval_balance", "approval_condition", "holding",
          "inventory", "shipment", "balance_movement", "exposure", "expiring_approval"}) {
        INFO(view);
        const std::string of = std::string{" FROM "} + view;
        CHECK(demo.as("fay", "SELECT DISTINCT firm" + of) == "F-A");
        CHECK(demo.as("ana", "SELECT count(DISTINCT firm) > 3" + of) == "t");
        CHECK(demo.as("fay", "SELECT count(*)" + of) ==
              demo.as("ana", "SELECT count(*)" + of + " WHERE firm = 'F-A'"));
    }
    for (const std::string& view : views) {
        INFO(view);
        CHECK(demo.as("bo", "SELECT count(*) FROM " + view) == "0");
        CHECK(demo.as("ana", "SELECT count(*) > 0 FROM " + view) == "t");
    }
    CHECK(demo.as("fay", "SELECT count(*) FROM batch") == "0");
    CHECK(demo.as("fay", "SELECT count(*) > 0 FROM policy_cap") == "t");
    CHECK(demo.as("fay",
                  "SELECT count(*) FROM entry e WHERE NOT EXISTS (SELECT FROM entry_subject s"
                  " WHERE s.position = e.position AND s.kind = 'firm' AND s.id = 'F-A')") == "0");
    // Behind the views the same holds.
    CHECK(demo.as("fay", "SELECT DISTINCT firm FROM projected.approval") == "F-A");
    CHECK(demo.as("fay", "SELECT count(*) FROM projected.batch") == "0");
}

TEST_CASE("a SQL user changes nothing, and asks about no other firm by a side door", "[analyst]")
{
    const DemoLedger demo;
    for (const char* login : {"ana", "fay", "bo"}) {
        for (const char* table : {"projected.approval", "projected.movement", "approval", "firm",
                                  "projection_checkpoint"}) {
            INFO(login << ' ' << table);
            CHECK(demo.as(login, std::string{"DELETE FROM "} + table) == "denied");
        }
        CHECK(demo.as(login, "UPDATE projection_checkpoint SET generation = 9") == "denied");
        CHECK(demo.as(login, "UPDATE projected.approval SET status = 'open'") == "denied");
        CHECK(demo.as(login, "SELECT names_firm('F-B', 41)") == "denied");
        CHECK(demo.as(login, "SELECT salt FROM event") == "denied");
    }
    CHECK(demo.as("fay", "SELECT own_firm(), reads_all()") == "F-A|f");
    CHECK(demo.as("ana", "SELECT own_firm(), reads_all()") == "|t");
    // The server's role adds and takes away rows; it does not change or empty a table.
    CHECK(demo.as("chipledger", "UPDATE projected.approval SET status = 'open'") == "denied");
    CHECK(demo.as("chipledger", "TRUNCATE projected.approval") == "denied");
}

TEST_CASE("the views say what the rulebook says", "[analyst]")
{
    const DemoLedger demo;
    LedgerOptions options;
    options.database = demo.runtime();
    const auto ledger = Ledger::open(options);
    REQUIRE(bool(ledger));
    const State& state = *(*ledger)->head();
    std::string expected;
    for (const auto& item : state.firms) {
        std::set<Period> periods;
        for (const auto& policy : state.policies) periods.insert(policy.key);
        for (const ApprovalId& id : approvals_of(state, item.key))
            periods.insert(state.approvals.at(id).terms->period);
        for (const Period& period : periods) {
            const auto limit = cap(state, item.key, period);
            expected += (expected.empty() ? "" : "\n") + item.key.value + '|' + period.value + '|' +
                        std::to_string(exposure(state, item.key, period)) + '|' +
                        (limit ? std::to_string(*limit) : "");
        }
    }
    CHECK(demo.as("ana", "SELECT firm, period, exposure, cap FROM exposure ORDER BY 1, 2") ==
          expected);
    std::string open;
    for (const auto& item : state.shipments)
        if (item.value.open()) open += (open.empty() ? "" : "\n") + item.key.value;
    CHECK(demo.as("ana", "SELECT shipment FROM shipment WHERE open ORDER BY 1") == open);
    // Every unit of a batch is somewhere, once.
    CHECK(demo.as("ana",
                  "SELECT batch FROM batch JOIN holding USING (batch) GROUP BY batch, qty"
                  " HAVING sum(units) <> qty")
              .empty());
}

TEST_CASE("movements up to an entry add up to the balances as of that entry", "[analyst]")
{
    const DemoLedger demo;
    CHECK(demo.as("ana",
                  "SELECT a.approval FROM approval a JOIN (SELECT approval, sum(granted) g,"
                  " sum(available) av, sum(reserved) r, sum(drawn) d, sum(forfeited) x,"
                  " sum(carried_out) o FROM balance_movement GROUP BY approval) m"
                  " USING (approval) WHERE (granted, available, reserved, drawn, forfeited,"
                  " carried_out) <> (g, av, r, d, x, o)")
              .empty());
    // The day's statements say what was known when they were made: another witness.
    const std::string stated =
        demo.as("ana",
                "SELECT count(*) FROM entry WHERE type = 'EventCorrected' OR type ="
                " 'EventVoided'");
    CHECK(stated != "0");  // There are corrections among them.
}

TEST_CASE("the digest of a table is the one that psql and sha256sum give", "[analyst][digest]")
{
    const DemoLedger demo;
    const Ran checked = demo.run("rebuild --check --json");
    REQUIRE(checked.code == 0);
    const Json report = Json::parse(checked.said);
    std::string all = "position " + std::to_string(report["position"].get<int>()) + '\n';
    for (const char* name : {"firm", "application", "approval", "condition", "batch", "holding",
                             "shipment", "policy", "movement"}) {
        const std::string columns = demo.sql(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_schema = 'projected' AND table_name = '" +
            std::string{name} + "' AND column_name <> 'generation'");
        const std::string digest =
            first_line("psql '" + demo.conninfo("ana") +
                       "' -qX -c \"SET timezone = 'UTC'\" -c \"COPY (SELECT " + columns +
                       " FROM projected." + name +
                       " ORDER BY 1, 2, 3, 4, 5) TO STDOUT\" | sha256sum")
                .substr(0, 64);
        INFO(name);
        CHECK(report["tables"][name]["sha256"] == digest);
        CHECK(report["tables"][name]["rows"] > 0);
        all += std::string{name} + ' ' + digest + '\n';
    }
    CHECK(first_line("printf '" + all + "' | sha256sum").substr(0, 64) == report["digest"]);
}

}  // namespace chipledger
