#pragma once
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace chipledger {

/// The Accept header of a request (RFC 9110 §12.5.1).
class Accept {
public:
    explicit Accept(const Request& request);

    bool says_nothing() const { return text_.empty(); }
    /// The weight of a media type, 0 to 1: that of the range that names it most exactly; 0: not
    /// wanted.
    double weight(std::string_view media_type) const;
    /// Whether the type itself is wanted, not only a range that holds it.
    bool names(std::string_view media_type) const;

private:
    std::string text_;
};

}  // namespace chipledger
