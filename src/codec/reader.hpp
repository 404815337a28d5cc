#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/event_json.hpp"

namespace chipledger {

/// The pointer of a member, or of an item, of the value at `pointer`.
std::string child(const std::string& pointer, std::string_view name);
std::string child(const std::string& pointer, std::size_t index);

/// 64 lower-case hexadecimal digits.
bool is_sha256(std::string_view text);

/// Reads described values out of JSON and keeps the first thing that is wrong, with its pointer.
/// A request may say some things shorter than the stored form; `request` tells which it is.
class Reader {
public:
    using Json = nlohmann::json;

    explicit Reader(bool request, const TypeOfTarget* type_of_target = nullptr)
        : request_{request}, type_of_target_{type_of_target}
    {
    }

    /// The event of this type from its `data` member.
    std::optional<EventData> data(std::string_view type, const Json& value,
                                  const std::string& pointer);
    /// The members of an object, each of which must be named in `known`.
    bool object(const Json& value, const std::string& pointer,
                std::initializer_list<std::string_view> required,
                std::initializer_list<std::string_view> optional);
    bool timestamp(const Json& value, const std::string& pointer, Timestamp& out);
    bool text(const Json& value, const std::string& pointer, Text& out);
    bool documents(const Json& value, const std::string& pointer, std::vector<Document>& out);
    bool actor(const Json& value, const std::string& pointer, Actor& out);
    bool subjects(const Json& value, const std::string& pointer, std::vector<Subject>& out);
    /// Members that go together, or exclude each other.
    bool whole(const EventData& data, const std::string& pointer);

    bool no(const std::string& pointer, std::string remedy, Code code = Code::malformed);

    const std::optional<Refusal>& refusal() const { return refusal_; }
    std::vector<Wanted> take_wanted() { return std::move(wanted_); }

private:
    template <class T>
    bool read(const Json& value, const std::string& pointer, T& out);
    template <class T>
    bool described(const Json& value, const std::string& pointer, T& out);
    template <class T>
    bool list(const Json& value, const std::string& pointer, std::vector<T>& out);
    bool units(const Json& value, const std::string& pointer, Units& out, bool counts);
    bool one_count(const Json& value, const std::string& pointer);
    bool caps(const Json& value, const std::string& pointer, std::vector<TierCap>& out);
    bool condition(const Json& value, const std::string& pointer, Condition& out);
    bool members_fit(const Condition& out, const std::string& pointer);
    bool replacement(const Json& value, const std::string& pointer, const EventCorrected& target,
                     Box<Replacement>& out);

    bool request_;
    bool inside_replacement_ = false;
    const TypeOfTarget* type_of_target_;
    std::optional<Refusal> refusal_{};
    std::vector<Wanted> wanted_{};
};

}  // namespace chipledger
