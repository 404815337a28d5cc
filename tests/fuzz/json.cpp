#include "codec/json_profile.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

void json(std::string_view bytes)
{
    for (const bool caps : {false, true}) {
        const Profile profile{.caps_object = caps};
        const Result<nlohmann::json> parsed = parse_profile(bytes, profile);
        if (!parsed) {
            const Code code = parsed.error().code;
            require(code == Code::malformed || code == Code::too_large, "a refusal says which");
            continue;
        }
        require(parsed->is_object(), "the profile admits an object");
        require(nlohmann::json::accept(bytes), "what the profile admits is JSON");
        const std::string text = canonical(*parsed);
        const Result<nlohmann::json> again = parse_profile(text, profile);
        require(again && *again == *parsed, "the canonical bytes say the same", text);
        require(canonical(*again) == text, "a value has one canonical form", text);
    }
}

}  // namespace chipledger::fuzz
