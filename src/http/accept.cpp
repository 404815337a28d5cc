#include "http/accept.hpp"

#include <cmath>
#include <cstdlib>

#include "http/target.hpp"

namespace chipledger {

namespace {

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

std::string_view cut(std::string_view& rest, char at)
{
    const std::string_view part = rest.substr(0, rest.find(at));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return trimmed(part);
}

/// How exactly the range names the type: 3 itself, 2 its kind, 1 anything, 0 not at all.
int match(std::string_view range, std::string_view type)
{
    if (range == type) return 3;
    if (range == "*/*") return 1;
    const std::string_view kind = type.substr(0, type.find('/') + 1);
    return range.ends_with("/*") && range.substr(0, range.size() - 1) == kind ? 2 : 0;
}

}  // namespace

Accept::Accept(const Request& request)
    : text_{lower(trimmed(request.header("accept").value_or("")))}
{
}

double Accept::weight(std::string_view type) const
{
    int best = 0;
    double weight = 0;
    for (std::string_view rest = text_; !rest.empty();) {
        std::string_view item = cut(rest, ',');
        const std::string_view range = cut(item, ';');
        double quality = 1;
        while (!item.empty())
            if (const std::string_view part = cut(item, ';'); part.starts_with("q="))
                quality = std::strtod(std::string{part.substr(2)}.c_str(), nullptr);
        const int exact = match(range, type);
        if (exact > best) {
            best = exact;
            weight = std::isfinite(quality) ? quality : 0;
        }
    }
    return weight;
}

bool Accept::names(std::string_view type) const
{
    for (std::string_view rest = text_; !rest.empty();) {
        std::string_view item = cut(rest, ',');
        if (cut(item, ';') == type) return weight(type) > 0;
    }
    return false;
}

}  // namespace chipledger
