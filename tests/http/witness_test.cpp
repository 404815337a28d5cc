// Witnesses that really listen, and a log that really asks them.
#include "http/witness.hpp"

#include "catch.hpp"
#include "proof/fault.hpp"
#include "support/cluster.hpp"
#include "wire.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

/// A witness behind a socket; its folder outlives it.
struct Listening {
    Listening(const SignerKey& key, const VerifierKey& log, const std::string& name)
        : witness{key, {log}, TestCluster::shared().folder() + "/witness-" + name},
          running{witness_routes(witness)}
    {
    }
    std::string url() { return "http://127.0.0.1:" + std::to_string(running.port()); }
    Reply ask(const AddCheckpoint& request)
    {
        Wire wire{running.port()};
        return wire.ask(post("/add-checkpoint", to_string(request)));
    }
    Witness witness;
    Running running;
};

struct TestLog {
    TestLog()
    {
        std::vector<Hash> leaves;
        for (int i = 0; i < 20; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
        log.append(leaves);
    }
    Note head(std::uint64_t size) const { return signed_head(key, size, log.root(size)); }
    static Note signed_head(const SignerKey& key, std::uint64_t size, const Hash& root)
    {
        Note note{to_string(Checkpoint{key.verifier.name, size, root, ""}), {}};
        note.signatures.push_back(sign(key, note.text));
        return note;
    }
    SignerKey key = make_signer_key("ledger.example", KeyKind::ed25519);
    Log log{};
};

TrustPolicy policy_of(const SignerKey& log, const SignerKey& witness, const std::string& url)
{
    return parse_policy("log " + to_string(log.verifier) + "\nwitness w " +
                        to_string(witness.verifier) + ' ' + url + "\nquorum w\n");
}

}  // namespace

TEST_CASE("a witness cosigns a log that grows, and remembers", "[witness]")
{
    TestLog test;
    const SignerKey key = make_signer_key("witness.example", KeyKind::cosignature);
    {
        Listening witness{key, test.key.verifier, "grows"};
        CHECK(witness.ask({0, {}, test.head(5)}).status == 200);
        CHECK(witness.ask({5, test.log.consistency(5, 9), test.head(9)}).status == 200);
        CHECK(witness.ask({9, {}, test.head(9)}).status == 200);
    }
    Listening witness{key, test.key.verifier, "grows"};
    const Reply behind = witness.ask({5, test.log.consistency(5, 12), test.head(12)});
    CHECK(behind.status == 409);
    CHECK(behind.body == "9\n");
    CHECK(behind.header("content-type") == "text/x.tlog.size");
    const Reply good = witness.ask({9, test.log.consistency(9, 12), test.head(12)});
    REQUIRE(good.status == 200);
    const Note note = parse_note(test.head(12).text + '\n' + good.body);
    CHECK(signers_of(note, std::vector{key.verifier}).front().seconds > 1'700'000'000);
}

TEST_CASE("a witness refuses what it should not vouch for", "[witness]")
{
    TestLog test;
    const SignerKey key = make_signer_key("witness.example", KeyKind::cosignature);
    Listening witness{key, test.key.verifier, "refuses"};
    REQUIRE(witness.ask({0, {}, test.head(8)}).status == 200);
    const SignerKey stranger = make_signer_key("other.example", KeyKind::ed25519);
    const SignerKey thief = make_signer_key("ledger.example", KeyKind::ed25519);
    const Hash other = leaf_hash("another history");
    CHECK(witness.ask({8, {}, TestLog::signed_head(stranger, 8, other)}).status == 404);
    CHECK(witness.ask({8, {}, TestLog::signed_head(thief, 8, other)}).status == 403);
    CHECK(witness.ask({8, {}, TestLog::signed_head(test.key, 8, other)}).status == 409);
    CHECK(witness.ask({8, test.log.consistency(8, 9), TestLog::signed_head(test.key, 9, other)})
              .status == 422);
    CHECK(witness.ask({9, {}, test.head(8)}).status == 400);
    CHECK(witness.ask({8, {}, test.head(12)}).status == 422);
    Wire wire{witness.running.port()};
    CHECK(wire.ask(post("/add-checkpoint", "nonsense")).status == 400);
    CHECK(witness.ask({8, test.log.consistency(8, 12), test.head(12)}).status == 200);
}

TEST_CASE("the log asks its witnesses, learns what they saw, and goes on without one", "[witness]")
{
    TestLog test;
    const SignerKey key = make_signer_key("witness.example", KeyKind::cosignature);
    std::string url;
    TrustPolicy policy;
    {
        Listening witness{key, test.key.verifier, "asked"};
        REQUIRE(witness.ask({0, {}, test.head(3)}).status == 200);  // Before this process began.
        url = witness.url();
        policy = policy_of(test.key, key, url);
        const Cosign cosign = cosign_by(policy, test.log);
        for (const std::uint64_t size : {7, 7, 19}) {
            Note note = test.head(size);
            CHECK_THROWS_AS(policy.open(note), ProofFault);
            for (auto& signature : cosign(note)) note.signatures.push_back(std::move(signature));
            CHECK(policy.open(note).size == size);
        }
    }
    const Cosign cosign = cosign_by(policy, test.log);
    CHECK(cosign(test.head(20)).empty());
    CHECK_THROWS_AS(policy.open(test.head(20)), ProofFault);
}

}  // namespace chipledger
