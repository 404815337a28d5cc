#pragma once
#include <filesystem>
#include <vector>

#include "http/router.hpp"

namespace chipledger {

/// One public GET route for each file under `folder`, read into memory now: no request names a
/// path of the disk, so none can leave the folder. index.html is also served as its folder.
/// `prefix` ("/api") comes before the names; what is no file for a browser is left out.
/// Throws std::filesystem::filesystem_error when the folder cannot be read.
std::vector<Route> static_routes(const std::filesystem::path& folder,
                                 const std::string& prefix = {});

}  // namespace chipledger
