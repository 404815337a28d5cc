#include "proof/witness.hpp"

#include "catch.hpp"
#include "proof/fault.hpp"
#include "proof/tree.hpp"
#include "unit/proof/vectors.hpp"

namespace chipledger {

TEST_CASE("the known request of a log to its witness", "[proof]")
{
    const Json data = vectors("chipledger/leaf_checkpoint_receipt.json");
    const std::string text = text_of(data["add_checkpoint_request"]);
    const AddCheckpoint request = parse_add_checkpoint(text);
    CHECK(to_string(request) == text);
    CHECK(request.old == 3);
    Tree tree;
    for (const Json& leaf : data["leaves"])
        tree.append(leaf_hash(log_entry(unhex(leaf["salt_hex"]), unhex(leaf["jcs_hex"]))));
    const Checkpoint next = parse_checkpoint(request.note.text);
    CHECK(request.path == tree.consistency(3, 5));
    CHECK(judge({3, tree.root(3)}, request, next) == WitnessVerdict::good);
    CHECK(judge({2, tree.root(2)}, request, next) == WitnessVerdict::behind);
    CHECK(judge({3, tree.root(2)}, request, next) == WitnessVerdict::not_consistent);
    CHECK(judge({}, request, next) == WitnessVerdict::behind);
    AddCheckpoint same{5, {}, request.note};
    CHECK(judge({5, tree.root(5)}, same, next) == WitnessVerdict::good);
    CHECK(judge({5, tree.root(4)}, same, next) == WitnessVerdict::behind);
    AddCheckpoint first{0, {}, request.note};
    CHECK(judge({}, first, next) == WitnessVerdict::good);
    first.path = request.path;
    CHECK(judge({}, first, next) == WitnessVerdict::not_consistent);
    for (const char* broken :
         {"", "old 3", "old 03\n\n", "old x\n\n", "new 3\n\n", "old 3\nAA==\n\n"})
        CHECK_THROWS_AS(parse_add_checkpoint(broken), ProofFault);
    CHECK_THROWS_AS(parse_add_checkpoint(text.substr(0, text.size() / 2)), ProofFault);
}

}  // namespace chipledger
