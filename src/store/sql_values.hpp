#pragma once
// Inside src/store alone: our values in PostgreSQL's text forms.
#include <string>
#include <string_view>

#include "domain/time.hpp"

namespace chipledger {

/// bytea in hex form: \x00ff.
std::string to_bytea(std::string_view bytes);
/// The bytes of a bytea in hex form.
std::string from_bytea(std::string_view text);

/// An instant from `(extract(epoch FROM …) * 1000000)::bigint`.
Time from_micros(std::int64_t micros);

/// A one-dimensional array literal, filled element by element.
class SqlArray {
public:
    SqlArray& add(std::string_view text);
    SqlArray& add(std::int64_t number);
    SqlArray& add_null();

    std::string text() const { return text_ + '}'; }

private:
    void separate();

    std::string text_ = "{";
};

}  // namespace chipledger
