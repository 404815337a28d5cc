#include "http/public_address.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace chipledger {

namespace {

namespace ip = boost::asio::ip;

constexpr std::array special_v4{
    "0.0.0.0/8",        // This network (RFC 791).
    "10.0.0.0/8",       // Private (RFC 1918).
    "100.64.0.0/10",    // Shared, behind a carrier's NAT (RFC 6598).
    "127.0.0.0/8",      // Loopback.
    "168.63.129.16/32", // Azure's platform, from inside its machines.
    "169.254.0.0/16",   // Link-local (RFC 3927): metadata services.
    "172.16.0.0/12",    // Private.
    "192.0.0.0/24",     // Protocol assignments (RFC 6890).
    "192.0.2.0/24",     // Documentation (RFC 5737), as the two below.
    "192.88.99.0/24",   // 6to4 relays (RFC 7526).
    "192.168.0.0/16",   // Private.
    "198.18.0.0/15",    // Benchmarks (RFC 2544).
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",      // Multicast.
    "240.0.0.0/4",      // Reserved, and broadcast.
};

constexpr std::array special_v6{
    "2001::/23",      // Protocol assignments; Teredo (RFC 4380).
    "2001:db8::/32",  // Documentation.
    "2002::/16",      // 6to4 (RFC 3056): an IPv4 address inside.
    "3fff::/20",      // Documentation (RFC 9637).
};

template <class Network>
bool holds(const Network& network, const auto& address)
{
    const auto bytes = address.to_bytes(), first = network.network().to_bytes();
    const std::size_t whole = network.prefix_length() / 8u, rest = network.prefix_length() % 8u;
    if (!std::equal(bytes.begin(), bytes.begin() + whole, first.begin())) return false;
    return rest == 0 || (bytes[whole] ^ first[whole]) >> (8 - rest) == 0;
}

bool is_public_v4(const ip::address_v4& address)
{
    static const auto networks = [] {
        std::array<ip::network_v4, special_v4.size()> all;
        std::ranges::transform(special_v4, all.begin(),
                               [](const char* text) { return ip::make_network_v4(text); });
        return all;
    }();
    return std::ranges::none_of(networks, [&](const auto& one) { return holds(one, address); });
}

bool is_public_v6(const ip::address_v6& address)
{
    static const ip::network_v6 global = ip::make_network_v6("2000::/3");
    static const auto networks = [] {
        std::array<ip::network_v6, special_v6.size()> all;
        std::ranges::transform(special_v6, all.begin(),
                               [](const char* text) { return ip::make_network_v6(text); });
        return all;
    }();
    return holds(global, address) &&
           std::ranges::none_of(networks, [&](const auto& one) { return holds(one, address); });
}

}  // namespace

bool is_public(const ip::address& address)
{
    if (address.is_v4()) return is_public_v4(address.to_v4());
    const ip::address_v6 six = address.to_v6();
    if (six.is_v4_mapped()) return is_public_v4(ip::make_address_v4(ip::v4_mapped, six));
    return is_public_v6(six);
}

}  // namespace chipledger
