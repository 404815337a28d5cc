#include "codec/event_about.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "domain/events.hpp"

namespace chipledger {

namespace {

// In the order of the catalogue.
constexpr std::array about_events{
    "The first entry of every ledger: what never changes.",
    "Caps and percentages of a period, from here on; what is exposed already stays.",
    "A firm becomes known, with its tier.",
    "Changes the members it has.",
    "Later caps of the firm are those of the new tier.",
    "A firm asks for units.",
    "The regulator has taken an application up.",
    "The firm takes its application back.",
    "The regulator says no to an application.",
    "Entitles a firm to units of a period: all of them are Available.",
    "Changes the members it has; Available moves with Granted.",
    "Freezes an approval; nothing moves between its buckets.",
    "Puts an approval in force again; restored_qty goes from Forfeited to Available.",
    "Ends an approval; what is Available is Forfeited.",
    "The firm gives an approval up; what is Available is Forfeited.",
    "The ledger notes that valid_to has passed; what is Available is Forfeited.",
    "Forfeited units of an expired approval become a new approval.",
    "Units 1 to qty come into the book.",
    "Units from `from` on bear these serials.",
    "A laboratory has certified a batch; only then may it be dispatched.",
    "Free units are set aside for an approval: Available becomes Reserved.",
    "Reserved units become free again: Reserved is given back.",
    "Drawn units pass from one approval to another.",
    "Reserved units leave under a shipment.",
    "Units in transit have arrived.",
    "Units in transit are lost: Reserved is given back.",
    "Lost units are in transit again: Available becomes Reserved.",
    "What an inspection found; moves nothing.",
    "Customs holds arrived units.",
    "Held units are free to be cleared again.",
    "Customs releases arrived units to the firm: Reserved becomes Drawn, unit by unit.",
    "Units are seized under a case.",
    "Seized units are arrived units again.",
    "Seized units are lost to the firm: forfeited or restored, as the policy says.",
    "Units go back to where they came from: Reserved is given back.",
    "Cleared units have reached a site.",
    "Delivered units are in use.",
    "Deployed units are out of use, still at the site.",
    "The regulator recalls units that were released.",
    "Recalled units are again what they were before.",
    "Units have come to their end.",
    "Evidence that a condition is met.",
    "Evidence that a condition is broken.",
    "No reservations in a scope.",
    "Reservations are possible in a scope again.",
    "The target is read as the replacement from here on.",
    "The target is read as never having been.",
    "The end of a day, for a firm: its balances, its last version and the size of the log.",
};
static_assert(about_events.size() == std::variant_size_v<EventData>, "a sentence for each event");

struct MemberNote {
    std::string_view name, about;
};

constexpr std::array member_notes{
    MemberNote{"caps", "What each tier may have in the period; each tier once."},
    MemberNote{"carry_over_max_pct", "Of Granted, how much may be carried over."},
    MemberNote{"case", "The customs case."},
    MemberNote{"condition", "A condition's code, or the text of a text condition."},
    MemberNote{"conditions", "All of them: a list replaces the one before."},
    MemberNote{"dual_control",
               "Types of events that a second principal must confirm, from here on."},
    MemberNote{"firm_version", "How many entries had named the firm, before this one."},
    MemberNote{"log_size", "How many entries the log had, before this one."},
    MemberNote{"balances", "The buckets of each of the firm's approvals."},
    MemberNote{"day", "The day that has ended."},
    MemberNote{"confiscation_effect", "Whether confiscated units are forfeited or restored."},
    MemberNote{"critical_pct", "From which share of Granted an approval is critical."},
    MemberNote{"fail", "A number of units, or the units themselves."},
    MemberNote{"from", "The unit that bears the first serial."},
    MemberNote{"pass", "A number of units, or the units themselves."},
    MemberNote{"policy_version", "One more than the period's policy before."},
    MemberNote{"restored_qty", "Units that go from Forfeited to Available."},
    MemberNote{"scope", "all, firm:ID, approval:ID, tier:ID, period:ID or batch:ID."},
    MemberNote{"serials", "Of consecutive units; each once in the whole ledger."},
    MemberNote{"target", "The position of the entry that is corrected or voided."},
    MemberNote{"units", "Ranges with both ends included; none overlaps another."},
    MemberNote{"valid_from", "The first day of validity."},
    MemberNote{"valid_to", "The last day of validity, not before the first."},
};

}  // namespace

std::string_view about_event(std::size_t index) { return about_events.at(index); }

std::string_view about_member(std::string_view name)
{
    const auto* found = std::ranges::find(member_notes, name, &MemberNote::name);
    return found == member_notes.end() ? std::string_view{} : found->about;
}

}  // namespace chipledger
