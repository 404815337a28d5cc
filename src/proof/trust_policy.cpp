#include "proof/trust_policy.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "proof/fault.hpp"

namespace chipledger {

namespace {

using Words = std::vector<std::string>;

bool is_known(const TrustPolicy& policy, const std::string& name)
{
    return policy.groups.contains(name) ||
           std::ranges::find(policy.witnesses, name, &TrustPolicy::Witness::name) !=
               policy.witnesses.end();
}

void add_witness(TrustPolicy& policy, const Words& words)
{
    if (words.size() < 3 || words.size() > 4) throw ProofFault{"witness <name> <vkey> [url]"};
    if (is_known(policy, words[1]) || words[1] == "none")
        throw ProofFault{words[1] + " is there already"};
    TrustPolicy::Witness witness{words[1], parse_verifier_key(words[2]),
                                 words.size() > 3 ? words[3] : ""};
    if (witness.key.kind != KeyKind::cosignature) throw ProofFault{"this is no witness's key"};
    policy.witnesses.push_back(std::move(witness));
}

void add_group(TrustPolicy& policy, const Words& words)
{
    if (words.size() < 4) throw ProofFault{"group <name> all|any|<k> <members>"};
    if (is_known(policy, words[1]) || words[1] == "none")
        throw ProofFault{words[1] + " is there already"};
    TrustPolicy::Group group{0, {words.begin() + 3, words.end()}};
    for (const std::string& member : group.members)
        if (!is_known(policy, member)) throw ProofFault{member + " is not known here"};
    const std::string& need = words[2];
    if (need == "all") group.needed = group.members.size();
    else if (need == "any") group.needed = 1;
    else std::from_chars(need.data(), need.data() + need.size(), group.needed);
    if (group.needed < 1 || group.needed > group.members.size())
        throw ProofFault{"a group needs 1 to all of its members"};
    policy.groups[words[1]] = std::move(group);
}

void add_line(TrustPolicy& policy, const Words& words)
{
    if (words[0] == "witness") return add_witness(policy, words);
    if (words[0] == "group") return add_group(policy, words);
    if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) {
        policy.logs.push_back(parse_verifier_key(words[1]));
        return;
    }
    if (words[0] != "quorum" || words.size() != 2) throw ProofFault{"this line is not known"};
    if (words[1] != "none" && !is_known(policy, words[1]))
        throw ProofFault{words[1] + " is not known here"};
    policy.quorum = words[1];
}

bool met(const TrustPolicy& policy, const std::string& name, const std::vector<Signed>& cosigners)
{
    const auto group = policy.groups.find(name);
    if (group == policy.groups.end()) {
        const auto witness =
            std::ranges::find(policy.witnesses, name, &TrustPolicy::Witness::name);
        return witness != policy.witnesses.end() &&
               std::ranges::find(cosigners, witness->key, &Signed::key) != cosigners.end();
    }
    const auto there = std::ranges::count_if(group->second.members, [&](const std::string& member) {
        return met(policy, member, cosigners);
    });
    return static_cast<std::size_t>(there) >= group->second.needed;
}

}  // namespace

bool TrustPolicy::met_by(const std::vector<Signed>& cosigners) const
{
    return quorum == "none" || met(*this, quorum, cosigners);
}

std::vector<VerifierKey> TrustPolicy::witness_keys() const
{
    std::vector<VerifierKey> keys;
    for (const Witness& witness : witnesses) keys.push_back(witness.key);
    return keys;
}

Checkpoint TrustPolicy::open(const Note& note) const
{
    Checkpoint checkpoint = open_checkpoint(note, logs);
    if (!met_by(signers_of(note, witness_keys())))
        throw ProofFault{"too few witnesses have cosigned the checkpoint: quorum " + quorum +
                         " is not met"};
    return checkpoint;
}

TrustPolicy parse_policy(std::string_view text)
{
    TrustPolicy policy;
    std::istringstream lines{std::string{text}};
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::istringstream in{line.substr(0, line.find('#'))};
        Words words;
        for (std::string word; in >> word;) words.push_back(word);
        try {
            if (!words.empty()) add_line(policy, words);
        } catch (const ProofFault& fault) {
            throw ProofFault{"line " + std::to_string(number) + ": " + fault.what()};
        }
    }
    if (policy.logs.empty()) throw ProofFault{"a policy names a log"};
    return policy;
}

}  // namespace chipledger
