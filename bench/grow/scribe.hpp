#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ledger/ledger.hpp"

namespace chipledger::grow
{

/// Has a ledger record what is said, each actor's sentences in their order, in atomic lists. What
/// is said between two records must not rest on one another but for the same actor's.
class Scribe
{
public:
    using Then = std::function<void(Position)>;

    Scribe(Ledger& ledger, std::string key_prefix);

    void say(const Actor& who, EventData data, Timestamp occurred_at, Then then = {});
    /// Records at most `room` of what was said, forgets the rest, calls what was to follow.
    /// Throws BrokenPromise at a refusal: whoever speaks here knows the rules.
    void record(std::int64_t room);
    /// Moves the ledger's clock; what falls due on the way is recorded.
    void set_now(Time now);

    std::size_t waiting() const { return waiting_; }
    const std::map<std::string_view, std::int64_t>& tally() const { return tally_; }

private:
    struct Letter {  ///< One list.
        Submission submission{};
        std::vector<Then> then{};
    };
    std::vector<Letter> letters(std::int64_t room);

    Ledger& ledger_;
    std::string key_prefix_;
    std::int64_t keys_ = 0;
    std::size_t waiting_ = 0;
    std::map<std::string, std::vector<Letter>> said_{};  ///< By principal.
    std::map<std::string_view, std::int64_t> tally_{};
};

}  // namespace chipledger::grow
