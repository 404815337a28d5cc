#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "http/router.hpp"

namespace chipledger {

/// One public GET route for each file under `folder`, read into memory now: no request names a
/// path of the disk, so none can leave the folder. index.html is also served as its folder.
/// `prefix` ("/api") comes before the names; what is no file for a browser is left out.
/// Where file.br or file.gz lies beside file, who accepts it is sent that (RFC 9110 §12.5.3). A
/// name that ends in - and eight of A-Z0-9 before its extension is kept by browsers for ever.
/// Throws std::filesystem::filesystem_error when the folder cannot be read.
std::vector<Route> static_routes(const std::filesystem::path& folder,
                                 const std::string& prefix = {});

/// Whether an Accept-Encoding takes this coding: named or by *, and not with q=0.
bool encoding_accepted(std::string_view header, std::string_view encoding);

}  // namespace chipledger
