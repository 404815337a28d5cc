#include "proof/witness.hpp"

#include <charconv>

#include "proof/base64.hpp"
#include "proof/fault.hpp"
#include "proof/tree.hpp"

namespace chipledger {

namespace {

constexpr std::size_t path_max = 63;
constexpr std::string_view mark = "old ";

}  // namespace

AddCheckpoint parse_add_checkpoint(std::string_view body)
{
    const auto line = [&] {
        const std::size_t end = body.find('\n');
        if (end == body.npos) throw ProofFault{"the request ends in the middle"};
        const std::string_view text = body.substr(0, end);
        body.remove_prefix(end + 1);
        return text;
    };
    AddCheckpoint request;
    const std::string_view first = line();
    if (!first.starts_with(mark)) throw ProofFault{"the first line is old and a size"};
    const std::string_view old = first.substr(mark.size());
    std::from_chars(old.data(), old.data() + old.size(), request.old);
    if (std::to_string(request.old) != old) throw ProofFault{"the old size is no number"};
    for (std::string_view hash = line(); !hash.empty(); hash = line()) {
        if (request.path.size() == path_max) throw ProofFault{"at most 63 lines of proof"};
        request.path.push_back(hash_from(from_base64(hash)));
    }
    request.note = parse_note(body);
    return request;
}

std::string to_string(const AddCheckpoint& request)
{
    std::string text{mark};
    text += std::to_string(request.old) + '\n';
    for (const Hash& hash : request.path) text += to_base64(view(hash)) + '\n';
    return text + '\n' + to_string(request.note);
}

WitnessVerdict judge(const Witnessed& seen, const AddCheckpoint& request, const Checkpoint& next)
{
    if (request.old != seen.size) return WitnessVerdict::behind;
    if (next.size == seen.size && next.root != seen.root) return WitnessVerdict::behind;
    const bool follows = seen.size == 0 ? request.path.empty()
                                        : verify_consistency(seen.size, next.size, seen.root,
                                                             next.root, request.path);
    return follows ? WitnessVerdict::good : WitnessVerdict::not_consistent;
}

}  // namespace chipledger
