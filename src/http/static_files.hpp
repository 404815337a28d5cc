#pragma once
#include <filesystem>
#include <vector>

#include "http/router.hpp"

namespace chipledger {

/// One public GET route for each file under `folder`, read into memory now: no request names a
/// path of the disk, so none can leave the folder. index.html is also served as its folder.
/// Throws std::filesystem::filesystem_error when the folder cannot be read.
std::vector<Route> static_routes(const std::filesystem::path& folder);

}  // namespace chipledger
