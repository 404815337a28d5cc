#include "book.hpp"

#include <sstream>

namespace chipledger {

using namespace scenario;

std::string seen(State state)
{
    state.expiries = {};  // Only where the log ends are they kept.
    return told(state);
}

std::string differing(const std::string& told, const std::string& plain)
{
    std::istringstream a{told}, b{plain};
    std::string x, y;
    while (true) {
        const bool more_a = bool(std::getline(a, x)), more_b = bool(std::getline(b, y));
        if (!more_a && !more_b) return {};
        if (more_a != more_b || x != y) return "told:  " + x + "\nplain: " + y;
    }
}

std::optional<EventData> otherwise(EventData data, std::mt19937_64& dice)
{
    if (auto less = naive::smaller(data, dice)) return less;
    return std::visit(
        [&](auto& event) -> std::optional<EventData> {
            if constexpr (requires { event.tier = t2; }) {
                event.tier = dice() % 2 ? t1 : t2;
                return event;
            }
            return {};
        },
        data);
}

namespace {

Event correction_of(const Event& target, std::mt19937_64& dice)
{
    Event event;
    event.occurred_at = target.occurred_at;
    event.actor = actor(Role::regulator);
    if (is_correction(target.data) || dice() % 3 == 0) {
        event.data = EventVoided{target.position.number, VoidReason::did_not_occur};
        return event;
    }
    const auto other = otherwise(target.data, dice);
    if (other)
        event.data = EventCorrected{target.position.number, CorrectionReason::incorrect_data,
                                    Box<Replacement>{Replacement{*other}}};
    else
        event.data = EventVoided{target.position.number, VoidReason::did_not_occur};
    return event;
}

/// How entries would be read after a correction, the plain way.
Overrides heard(const Book& book, const Event& correction)
{
    Overrides overrides = overrides_of(book.state);
    const Position target = target_of(correction.data);
    if (const auto* corrected = std::get_if<EventCorrected>(&correction.data)) {
        overrides[target] = corrected->replacement->data;
        return overrides;
    }
    for (const auto& item : book.state.readings)
        if (item.value.by == target) {
            overrides.erase(item.key);
            return overrides;
        }
    overrides[target] = std::nullopt;
    return overrides;
}

/// Offers a correction both ways; they must agree to the byte.
void correct(Book& book, const Event& proposed, bool settles, Tally& tally)
{
    const Event correction = book.next(proposed);
    const Position target = target_of(correction.data);
    INFO(type_name(correction.data) << " of " << target.number << " at "
                                    << correction.position.number);
    const Result<State> next = judge_correction(book.entries(), book.state, book.pending(), correction);
    if (book.state.readings.contains(target)) {
        REQUIRE_FALSE(bool(next));
        CHECK(next.error().code == Code::duplicate_correction);
        ++tally.left_alone;
        return;
    }
    const Overrides after = heard(book, correction);
    std::int64_t first = target.number;
    for (const auto& item : book.state.readings)
        if (!after.contains(item.key)) first = std::min(first, item.key.number);
    const Plain plain = book.fold_plainly(after, book.events.size(), first - 1, true);
    if (!plain.refused.empty()) {
        REQUIRE_FALSE(bool(next));
        if (plain.refused.front() != target.number) {
            CHECK(next.error().code == Code::has_dependents);
            CHECK(next.error().entries == std::vector{Position{plain.refused.front()}});
        }
        ++tally.refused;
        return;
    }
    if (!next) FAIL(next.error().detail);
    State state = *next;
    // The plain fold knows of no readings: they are compared by what they do.
    REQUIRE(differing(told(state), told(plain.state)) == "");
    note(state, correction);
    book.state = std::move(state);
    book.take(correction, settles);
    ++tally.taken;
}

}  // namespace

Overrides overrides_of(const State& state)
{
    Overrides overrides;
    for (const auto& item : state.readings)
        overrides[item.key] =
            item.value.data ? std::optional{*item.value.data} : std::optional<EventData>{};
    return overrides;
}

Book random_book(std::uint64_t seed, int length, Tally& tally)
{
    Book book;
    for (const Event& event : naive::small_world()) REQUIRE(book.offer(event));
    std::mt19937_64 dice{seed};
    naive::Model model = book.model();
    for (int i = 0; i < length; ++i) {
        const Day today = date(1, 10) + std::chrono::days{i / 3};
        if (dice() % 8 == 0 && book.events.size() > 2) {
            // Late things are corrected more often than old ones.
            const std::size_t back = std::min<std::size_t>(book.events.size() - 2,
                                                           dice() % (dice() % 2 ? 12 : 400));
            const Event& target = book.events[book.events.size() - 1 - back];
            if (!std::holds_alternative<LedgerOpened>(target.data))
                correct(book, correction_of(target, dice), dice() % 3 == 0, tally);
            model = book.model();
            continue;
        }
        const Event proposed = naive::Proposer{model, dice(), today}.propose();
        if (book.offer(proposed, dice() % 3 == 0)) model.apply(book.events.back());
    }
    book.state.settle();
    return book;
}

}  // namespace chipledger
