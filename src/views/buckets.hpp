#pragma once
#include <string_view>

#include "domain/state.hpp"

namespace chipledger {

/// A bucket of a balance by its wire name.
struct Bucket {
    std::string_view name;
    std::int64_t Balance::*member;
};
inline constexpr Bucket buckets[]{
    {"granted", &Balance::granted},     {"available", &Balance::available},
    {"reserved", &Balance::reserved},   {"drawn", &Balance::drawn},
    {"forfeited", &Balance::forfeited}, {"carried_out", &Balance::carried_out}};

/// Null for no such bucket.
constexpr std::int64_t Balance::*bucket_named(std::string_view name)
{
    for (const Bucket& bucket : buckets)
        if (bucket.name == name) return bucket.member;
    return nullptr;
}

}  // namespace chipledger
