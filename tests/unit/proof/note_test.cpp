#include "proof/note.hpp"

#include "catch.hpp"
#include "proof/fault.hpp"
#include "proof/receipt.hpp"
#include "unit/proof/vectors.hpp"

namespace chipledger {

namespace {

std::vector<VerifierKey> keys_of(const Json& list)
{
    std::vector<VerifierKey> keys;
    for (const Json& one : list) keys.push_back(parse_verifier_key(text_of(one)));
    return keys;
}

/// What a careful reader makes of a note: how many known keys have signed it.
std::size_t opened(const std::string& bytes, const std::vector<VerifierKey>& keys)
{
    const std::size_t signers = signers_of(parse_note(bytes), keys).size();
    if (signers == 0) throw ProofFault{"nobody known has signed this"};
    return signers;
}

std::string refused_note(const Json& one)
{
    if (one.contains("note")) return text_of(one["note"]);
    if (one.contains("note_hex")) return unhex(one["note_hex"]);
    const Json& repeat = one["note_repeat_sig"];
    std::string note = text_of(repeat["text"]) + '\n';
    for (int i = 0; i < repeat["times"].get<int>(); ++i) note += text_of(repeat["sig"]);
    return note;
}

TrustPolicy policy_of(const Json& data, const std::string& quorum)
{
    return parse_policy("log " + text_of(data["log_vkey"]) + "\nwitness customs " +
                        text_of(data["witness_vkey"]) + "\nquorum " + quorum + "\n");
}

}  // namespace

TEST_CASE("signed notes: the known ones open, the broken ones do not", "[proof]")
{
    const Json data = vectors("note/signed_note.json");
    for (const Json& one : data["accept"]) {
        INFO(one["id"]);
        CHECK(opened(text_of(one["note"]), keys_of(one["vkeys"])) ==
              one["verified"].get<std::size_t>());
        CHECK(to_string(parse_note(text_of(one["note"]))) == one["note"]);
    }
    for (const Json& one : data["reject"]) {
        INFO(one["why"]);
        CHECK_THROWS_AS(opened(refused_note(one), keys_of(one["vkeys"])), ProofFault);
    }
    for (const Json& one : data["bad_vkeys"])
        CHECK_THROWS_AS(parse_verifier_key(text_of(one["vkey"])), ProofFault);
    for (const Json& one : data["sign"]) {
        const SignerKey key = parse_signer_key(text_of(one["skey"]));
        CHECK(to_string(key) == one["skey"]);
        const std::string text = text_of(one["text"]);
        CHECK(to_string(Note{text, {sign(key, text)}}) == one["note"]);
    }
    for (const Json& one : data["format_only"]) {
        const Note note = parse_note(text_of(one["note"]));
        const Checkpoint checkpoint = parse_checkpoint(note.text);
        CHECK(checkpoint.origin == one["origin"]);
        CHECK(checkpoint.size == one["size"].get<std::uint64_t>());
        REQUIRE(note.signatures.size() == 2);
        CHECK(note.signatures[1].bytes.size() + 4 == one["raw_signature_lengths"][1]);
    }
}

TEST_CASE("checkpoints: each of the known bodies is taken or refused", "[proof]")
{
    const Json data = vectors("note/checkpoint_parse.json");
    for (const Json& one : data["accept"]) {
        const Checkpoint checkpoint = parse_checkpoint(text_of(one["body"]));
        CHECK(checkpoint.size == one["size"].get<std::uint64_t>());
        CHECK(to_string(checkpoint) == one["body"]);
    }
    for (const Json& one : data["reject"]) {
        INFO(one["why"]);
        CHECK_THROWS_AS(parse_checkpoint(text_of(one["body"])), ProofFault);
    }
}

TEST_CASE("the project's own vectors: tree, signed head, cosignature, receipts", "[proof]")
{
    const Json data = vectors("chipledger/leaf_checkpoint_receipt.json");
    Tree tree;
    for (const Json& leaf : data["leaves"])
        tree.append(leaf_hash(log_entry(unhex(leaf["salt_hex"]), unhex(leaf["jcs_hex"]))));
    CHECK(to_hex(view(tree.root())) == data["root_hex"]);
    const TrustPolicy open = policy_of(data, "none"), strict = policy_of(data, "customs");
    const Note note = parse_note(text_of(data["checkpoint"]));
    CHECK(strict.open(note).root == tree.root());
    const auto cosigned = signers_of(note, strict.witness_keys());
    REQUIRE(cosigned.size() == 1);
    for (const Json& one : data["receipts"]) {
        const std::string text = text_of(one);
        const Receipt receipt = parse_receipt(text);
        CHECK(to_string(receipt) == text);
        CHECK(receipt.path == tree.inclusion(receipt.index, 5));
        CHECK(verify(receipt, strict).size == 5);
        Receipt other = receipt;
        other.bytes.back() ^= 1;
        CHECK_THROWS_AS(verify(other, open), ProofFault);
        other = receipt;
        other.index = (other.index + 1) % 5;
        CHECK_THROWS_AS(verify(other, open), ProofFault);
        other = receipt;
        other.checkpoint.signatures.pop_back();
        CHECK(verify(other, open).size == 5);
        CHECK_THROWS_AS(verify(other, strict), ProofFault);
    }
}

TEST_CASE("a policy counts witnesses and groups, and fails closed", "[proof]")
{
    const SignerKey log = make_signer_key("ledger.example", KeyKind::ed25519);
    std::vector<SignerKey> witnesses;
    std::string text = "log " + to_string(log.verifier) + " # ours\n";
    for (const char* name : {"a", "b", "c"}) {
        witnesses.push_back(make_signer_key(name, KeyKind::cosignature));
        text += std::string{"witness "} + name + ' ' + to_string(witnesses.back().verifier) + '\n';
    }
    const TrustPolicy policy =
        parse_policy(text + "group two 2 a b c\ngroup all all two c\nquorum all\n");
    Note note{to_string(Checkpoint{"ledger.example", 0, empty_root(), ""}), {}};
    note.signatures.push_back(sign(log, note.text));
    const auto with = [&](std::initializer_list<std::size_t> who) {
        Note cosigned = note;
        for (const std::size_t i : who)
            cosigned.signatures.push_back(sign(witnesses[i], note.text, 1'700'000'000));
        return cosigned;
    };
    CHECK_THROWS_AS(policy.open(with({})), ProofFault);
    CHECK_THROWS_AS(policy.open(with({0, 1})), ProofFault);
    CHECK_THROWS_AS(policy.open(with({2, 2})), ProofFault);
    CHECK(policy.open(with({0, 2})).size == 0);
    CHECK_THROWS_AS(parse_policy("quorum none\n"), ProofFault);
    CHECK_THROWS_AS(parse_policy(text + "group x 4 a b c\n"), ProofFault);
    CHECK_THROWS_AS(parse_policy(text + "quorum d\n"), ProofFault);
    CHECK_THROWS_AS(parse_policy(text + "witness a " + to_string(witnesses[0].verifier) + "\n"),
                    ProofFault);
}

TEST_CASE("a key that was made reads back, and its id is checked", "[proof]")
{
    const SignerKey key = make_signer_key("ledger.example", KeyKind::ed25519);
    CHECK(parse_signer_key(to_string(key)).verifier == key.verifier);
    CHECK(parse_verifier_key(to_string(key.verifier) + "\n") == key.verifier);
    std::string other = to_string(key.verifier);
    other[0] = 'L';
    CHECK_THROWS_AS(parse_verifier_key(other), ProofFault);
    CHECK_THROWS_AS(make_signer_key("two words", KeyKind::ed25519), ProofFault);
}

}  // namespace chipledger
