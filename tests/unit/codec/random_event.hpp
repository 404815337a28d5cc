#pragma once
#include <rapidcheck.h>

#include "domain/events.hpp"

namespace chipledger {

/// A recorded event of the type at `index` of the catalogue, with members within their bounds.
rc::Gen<Event> random_event(std::size_t index);

/// The text with a character replaced, put in, or a few taken out, somewhere at random.
std::vector<std::string> mangled(const std::string& text);

}  // namespace chipledger
