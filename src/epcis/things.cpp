#include "epcis/things.hpp"

#include <charconv>

#include "epcis/terms.hpp"

namespace chipledger::epcis {

namespace {

/// A unit number without leading zeros, so that no unit has two URIs; 0 for anything else.
std::int64_t unit_number(std::string_view digits)
{
    std::int64_t number = 0;
    const auto [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool good = failed == std::errc{} && end == digits.data() + digits.size() &&
                      number >= 1 && number <= units_max && digits.front() != '0';
    return good ? number : 0;
}

}  // namespace

std::string uri_of(std::string_view kind, std::string_view id)
{
    return std::string{extension}.append(kind).append("/").append(id);
}

std::string uri_of(const UnitRange& range)
{
    const std::string batch = uri_of("batch", range.batch.value);
    const std::string from = std::to_string(range.from), to = std::to_string(range.to);
    return range.from == range.to ? batch + "/unit/" + from : batch + "/units/" + from + '-' + to;
}

std::optional<std::string> id_in(std::string_view uri, std::string_view kind)
{
    const std::string beginning = uri_of(kind, "");
    if (!uri.starts_with(beginning) || !is_id(uri.substr(beginning.size()))) return {};
    return std::string{uri.substr(beginning.size())};
}

std::optional<Goods> goods_in(std::string_view uri)
{
    const std::string beginning = uri_of("batch", "");
    if (!uri.starts_with(beginning)) return {};
    const std::string_view rest = uri.substr(beginning.size());
    const std::string_view batch = rest.substr(0, rest.find('/'));
    if (!is_id(batch)) return {};
    Goods goods{BatchId{std::string{batch}}};
    if (batch == rest) return goods;
    goods.whole = false;
    const std::string_view part = rest.substr(batch.size());
    if (part.starts_with("/unit/")) {
        goods.from = goods.to = unit_number(part.substr(6));
    } else if (const std::size_t dash = part.find('-');
               part.starts_with("/units/") && dash != std::string_view::npos) {
        goods.from = unit_number(part.substr(7, dash - 7));
        goods.to = unit_number(part.substr(dash + 1));
        if (goods.from == goods.to) return {};  // That is a unit.
    } else {
        return {};
    }
    if (goods.from < 1 || goods.to < goods.from) return {};
    return goods;
}

}  // namespace chipledger::epcis
