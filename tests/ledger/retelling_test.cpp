// A change of the past is told only as far as it reaches. Held to the plain way: the whole log
// folded again from nothing, on random histories with late entries, corrections and voids.
#include "ledger/retelling.hpp"

#include <sstream>

#include "given.hpp"
#include "ledger/history.hpp"
#include "random_events.hpp"

namespace chipledger {

namespace {

using namespace scenario;

/// What the plain way gives.
struct Plain {
    State state{};
    std::vector<std::int64_t> refused{};
};

std::string seen(State state)
{
    state.expiries = {};  // Only where the log ends are they kept.
    return told(state);
}

/// The first lines in which two tellings differ, or nothing.
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

/// A log in memory, and what is known of it.
struct Book {
    std::vector<Event> events{};
    State state{};
    std::size_t durable = 0;  ///< The rest is recorded, and not settled yet.

    void take(const Event& event, bool settles)
    {
        events.push_back(event);
        if (!settles) return;
        state.settle();
        durable = events.size();
    }
    std::vector<Event> pending() const
    {
        return {events.begin() + static_cast<std::ptrdiff_t>(durable), events.end()};
    }

    Entries entries() const
    {
        Entries all;
        all.range = [this](Position after, Position upto, const Entries::Take& take) -> Result<void> {
            for (const Event& event : events)
                if (event.position > after && event.position <= upto)
                    if (auto yes = take(Event{event}); !yes) return yes;
            return {};
        };
        all.some = [this](const std::vector<Position>& positions,
                          const Entries::Take& take) -> Result<void> {
            for (const Position position : positions)
                if (auto yes = take(Event{events[static_cast<std::size_t>(position.number - 1)]});
                    !yes)
                    return yes;
            return {};
        };
        return all;
    }

    Event next(Event event) const
    {
        event.position = {std::ssize(events) + 1};
        event.recorded_at = std::max({state.recorded_at, event.recorded_at, event.occurred_at.at});
        event.subjects = is_correction(event.data) ? std::vector<Subject>{}
                                                   : subjects_of(state, event.data);
        return event;
    }

    /// Recorded, when the rulebook says yes.
    bool offer(const Event& proposed, bool settles = true)
    {
        const Event event = next(proposed);
        if (!verdict(state, event)) return false;
        apply(state, event);
        take(event, settles);
        return true;
    }

    /// The first entries folded from nothing as they are read under `overrides`.
    Plain fold_plainly(const Overrides& overrides, std::size_t upto, std::int64_t judged_after,
                       bool stops) const
    {
        Plain plain;
        for (std::size_t i = 0; i < upto; ++i) {
            Event event = events[i];
            const auto other = overrides.find(event.position);
            const bool voided = other != overrides.end() && !other->second;
            if (other != overrides.end() && other->second) event.data = *other->second;
            bool counts = !is_correction(event.data) && !voided;
            if (counts && event.position.number > judged_after && !admit(plain.state, event)) {
                plain.refused.push_back(event.position.number);
                if (stops) return plain;
                counts = false;
            }
            if (counts)
                apply(plain.state, event);
            else
                note(plain.state, event);
        }
        return plain;
    }

    naive::Model model() const
    {
        naive::Model model;
        const Overrides overrides = overrides_of(state);
        for (Event event : events) {
            if (is_correction(event.data)) continue;
            const auto other = overrides.find(event.position);
            if (other != overrides.end() && !other->second) continue;
            if (other != overrides.end()) event.data = *other->second;
            model.apply(event);
        }
        return model;
    }
};

/// The same event with other figures: fewer units, another amount, another day.
std::optional<EventData> otherwise(EventData data, std::mt19937_64& dice)
{
    const auto smaller = [&](auto& number, std::int64_t least) {
        const std::int64_t was = number;
        number = std::max<std::int64_t>(least, was - 1 - static_cast<std::int64_t>(dice() % 5));
        return number != was;
    };
    const bool changed = std::visit(
        [&](auto& event) {
            if constexpr (requires { event.units[0].to; }) {
                auto& range = event.units.front();
                return smaller(range.to, range.from);
            } else if constexpr (requires { event.granted.value; }) {
                return smaller(event.granted.value, 1);
            } else if constexpr (requires { event.qty.value; }) {
                return smaller(event.qty.value, 1);
            } else if constexpr (requires { event.restored_qty.value; }) {
                return smaller(event.restored_qty.value, 0);
            } else if constexpr (requires { event.caps; }) {
                return smaller(event.caps.front().units.value, 1);
            } else if constexpr (requires { event.tier = t2; }) {
                event.tier = dice() % 2 ? t1 : t2;
                return true;
            }
            return false;
        },
        data);
    return changed ? std::optional{data} : std::nullopt;
}

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

struct Tally {
    int taken = 0, refused = 0, left_alone = 0;
};

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

}  // namespace

TEST_CASE("a correction tells what a refold of everything would", "[retelling]")
{
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        random_book(seed, 400, tally);
    }
    CHECK(tally.taken > 100);
    CHECK(tally.refused > 100);
}

TEST_CASE("every entry is seen as it was known at every entry", "[retelling]")
{
    Tally tally;
    for (std::uint64_t seed = 101; seed <= 104; ++seed) {
        const Book book = random_book(seed, 300, tally);
        const auto size = std::ssize(book.events);
        State then;
        for (std::int64_t known = 1; known <= size; known += 7) {
            const State standing = book.state.seen_from({known}, {known});
            const Overrides overrides = overrides_of(standing);
            for (const std::int64_t upto : {known, known - known / 3, known / 2 + 1}) {
                INFO("seed " << seed << ", known at " << known << ", up to " << upto);
                const Plain plain =
                    book.fold_plainly(overrides, static_cast<std::size_t>(upto), size, false);
                REQUIRE(differing(seen(book.state.seen_from({known}, {upto})), seen(plain.state)) ==
                        "");
            }
        }
    }
    CHECK(tally.taken > 10);
}

TEST_CASE("what might have been is what a refold would give", "[retelling]")
{
    Tally tally;
    int with_consequences = 0;
    for (std::uint64_t seed = 201; seed <= 215; ++seed) {
        const Book book = random_book(seed, 300, tally);
        std::mt19937_64 dice{seed};
        for (int i = 0; i < 12; ++i) {
            const auto known = static_cast<std::int64_t>(
                book.events.size() - dice() % (book.events.size() / 2));
            const State standing = book.state.seen_from({known}, {known});
            Tale tale{overrides_of(standing), overrides_of(standing), {}, Doubt::all, {}};
            for (std::uint64_t n = 0; n <= dice() % 3; ++n) {
                const Position position{
                    static_cast<std::int64_t>(2 + dice() % static_cast<std::uint64_t>(known - 1))};
                const Event& event = book.events[static_cast<std::size_t>(position.number - 1)];
                tale.after[position] = std::nullopt;
                if (const auto other = otherwise(event.data, dice); other && dice() % 2)
                    tale.after[position] = *other;
            }
            const Overrides after = tale.after;
            INFO("seed " << seed << ", try " << i << ", known at " << known << ", from "
                         << after.begin()->first.number);
            Retelling retelling{standing, std::move(tale)};
            REQUIRE(bool(retelling.run(book.entries())));
            const Plain plain =
                book.fold_plainly(after, static_cast<std::size_t>(known), 1, false);
            std::vector<std::int64_t> refused;
            for (const Refused& one : retelling.refused()) refused.push_back(one.entry.number);
            REQUIRE(refused == plain.refused);
            REQUIRE(differing(seen(retelling.finish({known})), seen(plain.state)) == "");
            with_consequences += !refused.empty();
        }
    }
    CHECK(with_consequences > 20);
}

}  // namespace chipledger
