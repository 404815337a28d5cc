#include "http/explain_links.hpp"

#include <algorithm>

namespace chipledger {

namespace {

/// A figure, and how it is asked for; {id} is the id of the view.
struct Link {
    std::string_view kind;
    std::string_view member;
    std::string_view query;
    bool firms_too;  ///< A firm may ask, too.
};
constexpr Link links[]{
    {"firm", "units", "firm={id}&state={state}", true},
    {"firm", "exposure", "firm={id}&exposure={period}", true},
    {"firm", "cap", "firm={id}&cap={period}", true},
    {"firm", "headroom", "firm={id}&headroom={period}", true},
    {"firm", "approvals", "approval={approval}&bucket={bucket}", true},
    {"approval", "balance", "approval={id}&bucket={bucket}", true},
    {"approval", "units", "approval={id}&state={state}", true},
    {"batch", "units", "batch={id}&state={state}", false},
    {"batch", "unallocated", "batch={id}&state=unallocated", false},
    {"shipment", "units", "shipment={id}&state={state}", false},
    {"summary", "firms", "firm={firm}&state={state}", false}};

}  // namespace

nlohmann::json with_explanations(const Context& context, const Moment& moment, std::string_view kind,
                                 const std::string& id, nlohmann::json view)
{
    const Role role = context.caller.role;
    if (role == Role::customs || role == Role::logistics) return view;
    std::string when = "&as_of=" + std::to_string(moment.state->position.number);
    if (moment.effective_at) when += "&effective_at=" + to_string(*moment.effective_at);
    for (const Link& link : links) {
        if (link.kind != kind || (role == Role::firm && !link.firms_too)) continue;
        std::string query{link.query};
        if (const std::size_t at = query.find("{id}"); at != std::string::npos)
            query.replace(at, 4, id);
        view["explain"][std::string{link.member}] = "/v1/audit/explain?" + query + when;
    }
    return view;
}

}  // namespace chipledger
