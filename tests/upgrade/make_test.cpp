// Not a test but the tool that keeps a ledger of this version for the tests of later ones:
//   upgrade_tests "[make]" writes ledger.sql.gz, log.vkey and told.txt into $LEDGER_FILES.
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "catch.hpp"
#include "codec/event_json.hpp"
#include "ledger/entry.hpp"
#include "ledger/ledger.hpp"
#include "ledger/signing.hpp"
#include "random_events.hpp"
#include "upgrade/ledger_files.hpp"
#include "upgrade/telling.hpp"

namespace chipledger::upgrade {

namespace {

LedgerOptions options_for(const std::string& database)
{
    LedgerOptions options;
    options.database = database;
    options.clock = ClockMode::simulated;
    options.simulated_start = scenario::january(1).at;
    options.origin = "upgrade.example/0.1.0";
    options.statements = true;
    return options;
}

/// A ledger that is told events in all their kinds, by a seed.
struct Scribe {
    explicit Scribe(const std::string& database)
        : ledger{std::move(Ledger::open(options_for(database)).value())}
    {
        learn();
    }

    /// Takes in what has been recorded since: of corrections their type alone.
    void learn()
    {
        EventFilter filter;
        filter.after = known;
        filter.upto = ledger->head()->position;
        filter.limit = 500;
        for (const StoredEntry& entry : run(ledger->list(filter)).value()) {
            const Event event = decode(entry.bytes).value();
            types.insert(std::string{type_name(event.data)});
            if (!is_correction(event.data)) model.apply(event);
            known = entry.position;
        }
    }

    bool tell(const Event& event)
    {
        Submission submission;
        submission.actor = event.actor;
        submission.key = "key-" + std::to_string(++keys);
        submission.body_hash = sha256(submission.key);
        // As a request would come: what the codec refuses never reaches a ledger.
        const TypeOfTarget type = [&](std::int64_t) -> std::optional<std::string> {
            const auto* corrected = std::get_if<EventCorrected>(&event.data);
            if (!corrected) return {};
            return std::string{type_name(corrected->replacement->data)};
        };
        Result<Proposal> read =
            read_proposal(to_json(Proposal{event.data, event.occurred_at, {}, {}, {}}), "", type);
        if (!read) return false;
        Proposal proposal = std::move(*read);
        if (keys % 7 == 0) proposal.reason = Text{"备注: \"as told\""};
        if (keys % 11 == 0)
            proposal.documents = {{Text{"letter"}, Text{"L-" + std::to_string(keys)}, {}}};
        submission.proposals.push_back(std::move(proposal));
        const bool recorded = bool(run(ledger->submit(std::move(submission))).outcome);
        learn();
        return recorded;
    }

    std::unique_ptr<Ledger> ledger;
    naive::Model model{};
    Position known{};
    std::set<std::string> types{};
    std::mt19937_64 dice{20261127};
    int keys = 0;
};

void tell_everything(Scribe& scribe)
{
    for (Event& event : naive::small_world())
        if (!std::holds_alternative<LedgerOpened>(event.data)) REQUIRE(scribe.tell(event));
    Day today = scenario::date(1, 10);
    for (int n = 0; scribe.types.size() < event_types().size() - 2; ++n) {
        REQUIRE(n < 20'000);
        if (n % 12 == 0) {
            today += std::chrono::days{1};
            REQUIRE(bool(run(scribe.ledger->set_now(scenario::noon(today).at))));
            scribe.learn();
        }
        const Event event = naive::Proposer{scribe.model, scribe.dice(), today}.propose();
        if (scribe.model.verdict(event) && n % 10 != 0) continue;  // Some refusals are kept too.
        scribe.tell(event);
    }
}

void correct_some(Scribe& scribe)
{
    const std::int64_t last = scribe.known.number;
    for (std::int64_t target = last; target > last - 60; --target)
        scribe.tell(scenario::on(scenario::january(1),
                                 EventVoided{target, VoidReason::did_not_occur}));
    for (std::int64_t target = 1; target < last; ++target) {
        EventFilter filter;
        filter.after = {target - 1};
        filter.upto = scribe.known;
        filter.limit = 1;
        const Event event = decode(run(scribe.ledger->list(filter)).value().at(0).bytes).value();
        auto* batch = std::get_if<BatchTestCertified>(&event.data);
        if (!batch) continue;
        BatchTestCertified other = *batch;
        other.lab = Text{"Another laboratory"};
        const EventCorrected corrected{target, CorrectionReason::incorrect_data,
                                       Box<Replacement>{Replacement{EventData{other}}}};
        REQUIRE(scribe.tell(scenario::on(scenario::january(1), corrected)));
        return;
    }
}

}  // namespace

TEST_CASE("keeps a ledger of this version", "[.][make]")
{
    const char* folder = std::getenv("LEDGER_FILES");
    REQUIRE(folder);
    TestCluster& cluster = TestCluster::shared();
    const std::string name = cluster.migrated_database("kept");
    const std::string database = cluster.runtime_conninfo(name);
    Scribe scribe{database};
    tell_everything(scribe);
    correct_some(scribe);
    CHECK(scribe.types.size() == event_types().size());
    SigningOptions signing;
    signing.database = database;
    signing.folder = cluster.folder() + "/signing";
    signing.origin = checkpoint_origin(*scribe.ledger->head());
    signing.alone = true;
    REQUIRE((Signing{signing, scribe.ledger->log()}.step()));
    std::ofstream{std::string{folder} + "/log.vkey"}
        << to_string(keys_in(signing.folder, signing.origin).front().verifier) << '\n';
    std::ofstream{std::string{folder} + "/told.txt"} << history(*scribe.ledger->head(), step);
    scribe.ledger->stop();
    const std::string dump = std::string{folder} + "/ledger.sql";
    const Ran dumped = shell(std::string{programs} + "pg_dump -f " + dump + " '" +
                             cluster.superuser_conninfo(name) + "' && gzip -9nf " + dump);
    INFO(dumped.said);
    CHECK(dumped.code == 0);
}

}  // namespace chipledger::upgrade
