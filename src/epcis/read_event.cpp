#include "epcis/read_event.hpp"

#include "codec/json_profile.hpp"
#include "epcis/read_what.hpp"
#include "epcis/terms.hpp"
#include "epcis/things.hpp"

namespace chipledger::epcis {

namespace {

using Json = nlohmann::json;

constexpr std::size_t links_max = 100;  // Transactions, destinations, corrective ids.

/// Takes an event apart member by member: what is left in the end has no place in an entry.
class Parts {
public:
    Parts(const Json& object, const Json& context, std::string pointer)
        : left_(object), context_(context), pointer_{std::move(pointer)}
    {
    }

    Json take(std::string_view name)
    {
        const auto found = left_.find(name);
        if (found == left_.end()) return nullptr;
        Json value = std::move(*found);
        left_.erase(found);
        return value;
    }
    /// The word of a vocabulary; "" where there is none.
    std::string take_word(std::string_view name)
    {
        const Json value = take(name);
        return value.is_string() ? word_of(value.get<std::string>(), context_) : std::string{};
    }
    /// Extension members of ours, under their own names.
    Json take_own()
    {
        Json own = Json::object();
        for (auto member = left_.begin(); member != left_.end();) {
            const std::string name = own_name(member.key(), context_);
            if (name.empty() || own.contains(name)) {
                ++member;
                continue;
            }
            own[name] = std::move(member.value());
            member = left_.erase(member);
        }
        return own;
    }
    Result<void> nothing_left() const
    {
        if (left_.empty()) return {};
        const std::string& name = left_.begin().key();
        return malformed(at(name), "No entry of the ledger has a place for " +
                                       name.substr(0, 100) + ". Leave it out.");
    }
    std::string at(std::string_view name) const { return pointer_ + '/' + pointer_token(name); }
    const std::string& pointer() const { return pointer_; }
    const Json& context() const { return context_; }

private:
    Json left_;
    const Json& context_;
    std::string pointer_;
};

Result<Timestamp> time_at(const Json& value, const std::string& pointer)
{
    const auto time = value.is_string() ? parse_timestamp(value.get<std::string>()) : std::nullopt;
    if (time) return *time;
    return malformed(pointer, "Send an RFC 3339 time, as in 2026-02-20T09:00:00+08:00.");
}

Result<void> read_time(Parts& parts, Said& said)
{
    const Result<Timestamp> time = time_at(parts.take("eventTime"), parts.at("eventTime"));
    if (!time) return time.error();
    const Json text = parts.take("eventTimeZoneOffset");
    const auto offset = text.is_string() ? parse_offset(text.get<std::string>()) : std::nullopt;
    if (!offset) return malformed(parts.at("eventTimeZoneOffset"), "Send it, as in +08:00.");
    said.at = {time->at, *offset};
    const Json id = parts.take("eventID");
    if (!id.is_null() && (!id.is_string() || !is_uri(id.get_ref<const std::string&>())))
        return malformed(parts.at("eventID"), "Send a URI.");
    if (id.is_string()) said.id = id.get<std::string>();
    parts.take("recordTime");
    return {};
}

/// The row that the event's four words choose.
Result<const Term*> read_term(Parts& parts)
{
    const Json type = parts.take("type");
    const std::string event = type.is_string() ? type.get<std::string>() : std::string{};
    const std::string action = parts.take_word("action"), step = parts.take_word("bizStep"),
                      disposition = parts.take_word("disposition");
    for (const Term& term : terms())
        if (term.event == event && term.action == action && term.biz_step == step &&
            term.disposition == disposition)
            return &term;
    const auto or_none = [](const std::string& word) {
        return word.empty() ? std::string{"none"} : word.substr(0, 100);
    };
    return malformed(parts.pointer(), "No entry of the ledger is of type " + or_none(event) +
                                          " with action " + or_none(action) + ", bizStep " +
                                          or_none(step) + " and disposition " +
                                          or_none(disposition) + "; docs/epcis.md has them all.");
}

/// Puts the id of a link into the member that its type stands for.
Result<void> put_link(Json& data, const Json& link, Where where, std::string_view uri_name,
                      const Parts& parts, const std::string& pointer)
{
    const bool good = link.is_object() && link.contains("type") && link["type"].is_string() &&
                      link.contains(uri_name) && link[std::string{uri_name}].is_string() &&
                      link.size() == 2;
    if (!good) return malformed(pointer, "Send type and " + std::string{uri_name} + ".");
    const std::string type = word_of(link["type"].get<std::string>(), parts.context());
    const std::string uri = link[std::string{uri_name}].get<std::string>();
    for (const Place& place : places()) {
        if (place.where != where || place.type != type) continue;
        const auto id = id_in(uri, place.kind);
        if (!id)
            return malformed(pointer, "\"" + uri.substr(0, 200) + "\" is no " +
                                          std::string{place.kind} + " of this ledger: send " +
                                          uri_of(place.kind, "{id}") + '.');
        if (data.contains(place.member)) return malformed(pointer, "This is here twice.");
        data[std::string{place.member}] = *id;
        return {};
    }
    return malformed(pointer, "No entry of the ledger has a place for a " + type.substr(0, 100) +
                                  " beside it. Leave it out.");
}

Result<void> read_links(Parts& parts, const char* list_name, Where where,
                        std::string_view uri_name, Json& data)
{
    const Json list = parts.take(list_name);
    if (list.is_null()) return {};
    const std::string pointer = parts.at(list_name);
    if (!list.is_array() || list.size() > links_max)
        return malformed(pointer, "Send a list of at most 100.");
    for (std::size_t i = 0; i < list.size(); ++i)
        if (auto yes = put_link(data, list[i], where, uri_name, parts,
                                pointer + '/' + std::to_string(i));
            !yes)
            return yes;
    return {};
}

Result<void> read_place(Parts& parts, const char* name, Where where, Json& data)
{
    const Json value = parts.take(name);
    if (value.is_null()) return {};
    const Place* place = nullptr;
    for (const Place& one : places())
        if (one.where == where) place = &one;
    const bool good = value.is_object() && value.size() == 1 && value.contains("id") &&
                      value["id"].is_string();
    const auto id = good ? id_in(value["id"].get<std::string>(), place->kind) : std::nullopt;
    if (!id)
        return malformed(parts.at(name) + "/id",
                         "Send {\"id\":\"" + uri_of(place->kind, "{id}") + "\"}.");
    data[std::string{place->member}] = *id;
    return {};
}

Result<void> read_ilmd(Parts& parts, Json& data)
{
    const Json value = parts.take("ilmd");
    if (value.is_null()) return {};
    if (!value.is_object()) return malformed(parts.at("ilmd"), "Send an object.");
    Parts inner{value, parts.context(), parts.at("ilmd")};
    const Json own = inner.take_own();
    for (const auto& [name, member] : own.items()) {
        const Place* place = place_of(name);
        if (!place || place->where != Where::ilmd)
            return malformed(inner.at(name), "This is no master data of a batch.");
        data[name] = member;
    }
    return inner.nothing_left();
}

/// The extension members: data, and what every entry has.
Result<void> read_own(Parts& parts, Said& said)
{
    Json own = parts.take_own();
    own.erase("entry");
    for (auto& [name, value] : own.items()) {
        if (name == "remark")
            said.remark = std::move(value);
        else if (name == "documents")
            said.documents = std::move(value);
        else if (place_of(name) || said.data.contains(name))
            return malformed(parts.at(std::string{prefix} + name),
                             "This has a place of its own in an event; docs/epcis.md has it.");
        else
            said.data[name] = std::move(value);
    }
    return {};
}

Result<void> read_declaration(Parts& parts, Said& said)
{
    const Json value = parts.take("errorDeclaration");
    if (value.is_null()) return {};
    const std::string pointer = parts.at("errorDeclaration");
    if (!value.is_object()) return malformed(pointer, "Send an object.");
    Parts inner{value, parts.context(), pointer};
    Declaration declared;
    const Result<Timestamp> time =
        time_at(inner.take("declarationTime"), inner.at("declarationTime"));
    if (!time) return time.error();
    declared.time = *time;
    declared.reason = inner.take_word("reason");
    const Json ids = inner.take("correctiveEventIDs");
    const bool listed = ids.is_null() || (ids.is_array() && ids.size() <= links_max);
    if (!listed) return malformed(inner.at("correctiveEventIDs"), "Send a list of eventIDs.");
    for (const Json& id : ids) {
        if (!id.is_string())
            return malformed(inner.at("correctiveEventIDs"), "Send a list of eventIDs.");
        declared.corrective.push_back(id.get<std::string>());
    }
    Json own = inner.take_own();
    declared.remark = own.value("remark", Json{});
    declared.documents = own.value("documents", Json{});
    own.erase("remark");
    own.erase("documents");
    if (!own.empty()) return malformed(pointer, "Only remark and documents go with it.");
    said.declared = std::move(declared);
    return inner.nothing_left();
}

}  // namespace

Result<Said> read_event(const Json& event, const Json& context, const std::string& pointer)
{
    if (!event.is_object()) return malformed(pointer, "Send an event.");
    Parts parts{event, context, pointer};
    Said said;
    said.pointer = pointer;
    said.data = Json::object();
    const Result<const Term*> term = read_term(parts);
    if (!term) return term.error();
    said.entry = std::string{(*term)->entry};
    if (auto yes = read_time(parts, said); !yes) return yes.error();
    if (auto yes = read_declaration(parts, said); !yes) return yes.error();
    const Json epcs = parts.take("epcList"), quantities = parts.take("quantityList");
    if (auto yes = read_links(parts, "bizTransactionList", Where::transaction, "bizTransaction",
                              said.data);
        !yes)
        return yes.error();
    if (auto yes = read_links(parts, "destinationList", Where::destination, "destination",
                              said.data);
        !yes)
        return yes.error();
    if (auto yes = read_place(parts, "readPoint", Where::read_point, said.data); !yes)
        return yes.error();
    if (auto yes = read_place(parts, "bizLocation", Where::biz_location, said.data); !yes)
        return yes.error();
    if (auto yes = read_ilmd(parts, said.data); !yes) return yes.error();
    if (auto yes = read_own(parts, said); !yes) return yes.error();
    if (auto yes = parts.nothing_left(); !yes) return yes.error();
    if (auto yes = read_what(epcs, quantities, (*term)->what, said.data, pointer); !yes)
        return yes.error();
    return said;
}

}  // namespace chipledger::epcis
