#include "codec/json_profile.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t integer_max = 9'007'199'254'740'991;  // 2^53 − 1 (RFC 7493 §2.2)
constexpr const char* out_of_range = "Write an integer within ±9007199254740991.";
constexpr const char* not_integral = "Write an integer, without fraction or exponent.";
constexpr int number_overflow = 406;  // The parser's number for 1e999.

bool plain_name(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// Builds the value while it checks; the first thing out of profile ends the parse.
class Builder : public nlohmann::json_sax<Json> {
public:
    explicit Builder(const Profile& profile) : profile_{profile} {}

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override
    {
        if (value < -integer_max) return no(out_of_range);
        return put(value);
    }
    bool number_unsigned(number_unsigned_t value) override
    {
        if (value > static_cast<number_unsigned_t>(integer_max))
            return no(out_of_range);
        return put(static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t, const string_t& raw) override
    {
        const bool plain = raw.find_first_of(".eE") == string_t::npos;
        return no(plain ? out_of_range : not_integral);
    }
    bool string(string_t& value) override
    {
        if (value.find('\0') != string_t::npos) return no("Leave out U+0000.");
        return put(std::move(value));
    }
    bool binary(binary_t&) override { return no("Binary values have no place in JSON."); }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override
    {
        stack_.back().name = name;
        stack_.back().named = true;
        const bool caps = profile_.caps_object && is_id(name) && in_caps();
        if (!plain_name(name) && !caps)
            return no("Name members with a-z, 0-9 and _ alone.");
        if (stack_.back().value.contains(name)) return no("The member is there twice. Keep one.");
        return true;
    }
    bool parse_error(std::size_t at, const std::string&,
                     const nlohmann::detail::exception& error) override
    {
        if (error.id == number_overflow) return no(not_integral);
        return no("This is not JSON (RFC 8259) from byte " + std::to_string(at) + ".");
    }

    Result<Json> take()
    {
        if (refusal_) return *refusal_;
        return std::move(root_);
    }

private:
    struct Level {
        Json value;
        std::string name{};  ///< Of the member that is being read, or was read last.
        bool named = false;
    };

    bool in_caps() const
    {
        const std::size_t n = stack_.size();
        return n >= 3 && stack_[n - 2].name == "caps" && stack_[n - 3].name == "data";
    }
    std::string here() const
    {
        std::string pointer;
        for (const Level& level : stack_) {
            if (level.value.is_array())
                pointer += '/' + std::to_string(level.value.size());
            else if (level.named)
                pointer += '/' + pointer_token(level.name);
        }
        return pointer;
    }
    bool no(std::string remedy)
    {
        refusal_ = Refusal{Code::malformed, here(), std::move(remedy)};
        return false;
    }
    bool open(Json empty)
    {
        if (stack_.empty() && !empty.is_object()) return no("The top level must be an object.");
        if (stack_.size() >= profile_.depth_max)
            return no("Nest at most " + std::to_string(profile_.depth_max) + " levels deep.");
        stack_.push_back({std::move(empty)});
        return true;
    }
    bool close()
    {
        Json done = std::move(stack_.back().value);
        stack_.pop_back();
        return put(std::move(done));
    }
    bool put(Json value)
    {
        if (stack_.empty()) {
            if (!value.is_object()) return no("The top level must be an object.");
            root_ = std::move(value);
            return true;
        }
        Level& level = stack_.back();
        if (level.value.is_array())
            level.value.push_back(std::move(value));
        else
            level.value[level.name] = std::move(value);
        return true;
    }

    Profile profile_;
    std::vector<Level> stack_{};
    Json root_{};
    std::optional<Refusal> refusal_{};
};

/// Offset of a "-0" that is a number, outside of strings; the parser reads it as plain 0.
std::optional<std::size_t> negative_zero_at(std::string_view bytes)
{
    bool inside = false;
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        if (inside) {
            if (bytes[i] == '\\') ++i;
            else if (bytes[i] == '"') inside = false;
        } else if (bytes[i] == '"') {
            inside = true;
        } else if (bytes[i] == '-' && bytes[i + 1] == '0') {
            return i;
        }
    }
    return std::nullopt;
}

/// Names the member that holds the "-0": a fraction in its place is where the parser stops.
Refusal negative_zero(std::string_view bytes, std::size_t at, const Profile& profile)
{
    std::string text{bytes};
    text.replace(at, 2, "0.5");
    Builder builder{profile};
    Json::sax_parse(text, &builder);
    Refusal refusal = builder.take().error();
    refusal.detail = "Write 0 without a sign.";
    return refusal;
}

}  // namespace

std::string pointer_token(std::string_view name)
{
    std::string token;
    for (const char c : name) {
        if (c == '~') token += "~0";
        else if (c == '/') token += "~1";
        else token += c;
    }
    return token;
}

Result<Json> parse_profile(std::string_view bytes, const Profile& profile)
{
    if (bytes.size() > profile.bytes_max)
        return Refusal{.code = Code::too_large,
                       .detail = "Send at most " + std::to_string(profile.bytes_max) + " bytes.",
                       .available = static_cast<std::int64_t>(profile.bytes_max),
                       .requested = static_cast<std::int64_t>(bytes.size())};
    if (bytes.starts_with("\xEF\xBB\xBF"))
        return Refusal{Code::malformed, "", "Leave out the byte order mark."};
    Builder builder{profile};
    Json::sax_parse(bytes, &builder);
    Result<Json> value = builder.take();
    if (!value) return value;
    if (const auto at = negative_zero_at(bytes)) return negative_zero(bytes, *at, profile);
    return value;
}

std::string canonical(const Json& value) { return value.dump(); }

}  // namespace chipledger
