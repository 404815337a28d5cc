#pragma once
#include <boost/asio/ip/address.hpp>

namespace chipledger {

/// Whether an address belongs to the public internet. False for what IANA's special-purpose
/// registries (RFC 6890) hold: loopback, private, link-local with its metadata services, shared
/// (CGNAT), documentation, benchmarks, multicast, reserved; for IPv6 whatever is not 2000::/3, and
/// tunnels whose inner address is not seen by others. An IPv4 address inside ::ffff:0:0/96 is
/// judged as itself.
bool is_public(const boost::asio::ip::address& address);

}  // namespace chipledger
