// What no single member shows: members that go together, or exclude each other.
#include <set>

#include "codec/reader.hpp"

namespace chipledger {

/// Each code has members of its own, and needs them.
bool Reader::members_fit(const Condition& out, const std::string& pointer)
{
    const bool lists = out.code <= ConditionCode::end_use, texts = out.code == ConditionCode::text;
    const bool limits = !lists && !texts;
    struct Member {
        const char* name;
        bool present, wanted, required;
    };
    for (const Member& member : {Member{"allow", out.allow.has_value(), lists, true},
                                 Member{"max", out.max.has_value(), limits, true},
                                 Member{"text", out.text.has_value(), texts, true},
                                 Member{"due", out.due.has_value(), texts, false}}) {
        if (member.present && !member.wanted)
            return no(child(pointer, member.name), "This member does not go with this code.");
        if (!member.present && member.wanted && member.required)
            return no(child(pointer, member.name), "This member is required with this code.");
    }
    if (lists && out.allow->empty()) return no(child(pointer, "allow"), "Allow at least one.");
    return true;
}

bool Reader::whole(const EventData& data, const std::string& pointer)
{
    return std::visit(
        [&](const auto& event) {
            if constexpr (requires { event.valid_from; })
                if (event.valid_to < event.valid_from)
                    return no(child(pointer, "valid_to"),
                              "valid_to must not be before valid_from.");
            using Data = std::decay_t<decltype(event)>;
            if constexpr (std::is_same_v<Data, ApprovalAmended>)
                if (!event.granted && !event.valid_to && !event.conditions)
                    return no(pointer, "Change at least one of granted, valid_to, conditions.");
            if constexpr (std::is_same_v<Data, FirmAmended>)
                if (!event.name && !event.tier && !event.sector)
                    return no(pointer, "Change at least one of name, tier, sector.");
            if constexpr (std::is_same_v<Data, SerialsRecorded>) {
                std::set<SerialId> seen;
                for (std::size_t i = 0; i < event.serials.size(); ++i)
                    if (!seen.insert(event.serials[i]).second)
                        return no(child(child(pointer, "serials"), i),
                                  "The serial is there twice. Each unit has its own.");
                if (event.serials.empty())
                    return no(child(pointer, "serials"), "Send at least one serial.");
            }
            return true;
        },
        data);
}

}  // namespace chipledger
