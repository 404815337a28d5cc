set(all "")
foreach(source IN LISTS SOURCES)
  file(SHA256 ${source} digest)
  string(APPEND all ${digest})
endforeach()
string(SHA256 digest "${all}")
file(WRITE ${OUTPUT}.new "#pragma once
#include <string_view>

namespace chipledger {

/// SHA-256 over the sources of the rulebook and of what folds the log by it, in hexadecimal.
inline constexpr std::string_view rulebook_digest = \"${digest}\";

}  // namespace chipledger
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
