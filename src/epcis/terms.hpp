#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

// The one table between the ledger's entries and events of GS1 EPCIS 2.0 with the words of CBV 2.0.
// Both directions, the queries and docs/epcis.md read it.
namespace chipledger::epcis {

/// Namespace of what CBV has no term for; `chipledger:` in the documents that are answered.
inline constexpr std::string_view extension = "https://chipledger.example/epcis/";
inline constexpr std::string_view prefix = "chipledger:";
inline constexpr std::string_view gs1_context =
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// What an entry is about, in the event's epcList and quantityList.
enum class What {
    units,      ///< data.units.
    lot,        ///< Units 1 to data.qty of data.batch: its class, with the quantity.
    batch,      ///< data.batch: its class, without a quantity.
    serials,    ///< As many units from data.from on as data.serials has.
    inspected,  ///< data.pass and data.fail, where they name units.
};

/// An entry's type, and what makes an EPCIS event one: no two rows agree in all four of these.
struct Term {
    std::string_view entry;
    std::string_view event;
    std::string_view action;
    std::string_view biz_step;
    std::string_view disposition;  ///< "": the event has none.
    What what = What::units;
};
std::span<const Term> terms();
/// The row of an entry's type, or null: entitlements are no events of things.
const Term* term_of(std::string_view entry);

/// Where a member of `data` stands in an event; whatever is not listed is an extension member.
enum class Where { transaction, read_point, biz_location, destination, ilmd };
struct Place {
    std::string_view member;
    Where where;
    std::string_view type = {};   ///< Of a business transaction or destination.
    std::string_view kind = {};   ///< Of the thing in its URI.
};
std::span<const Place> places();
const Place* place_of(std::string_view member);

/// A CBV word as its bare word, one of ours as `chipledger:word`, whichever way it was written:
/// bare, as a URI of ref.gs1.org, or in full. `context` binds further prefixes to our namespace.
std::string word_of(std::string_view text, const nlohmann::json& context);
/// The name of an extension member of ours ("serials"), or "".
std::string own_name(std::string_view member, const nlohmann::json& context);

/// A scheme, a colon, and printable ASCII without spaces: what EPCIS takes for a URI.
bool is_uri(std::string_view text);

/// Documents that are answered say this: GS1's context, and ours.
nlohmann::json context_of_answers();

}  // namespace chipledger::epcis
