#include "cli/installed.hpp"

#include <filesystem>

namespace chipledger {

namespace files = std::filesystem;

Installed installed(const std::string& binary)
{
    std::error_code failed;
    const files::path share = files::path{binary}.parent_path().parent_path() / "share/chipledger";
    if (files::is_regular_file(share / "api/openapi.json", failed))
        return {share.string(), "/var/lib/chipledger"};
    return {CHIPLEDGER_SHARE, "data"};
}

const Installed& installed()
{
    static const Installed found = [] {
        std::error_code failed;  // Without /proc: as one that was just built.
        return installed(files::read_symlink("/proc/self/exe", failed).string());
    }();
    return found;
}

}  // namespace chipledger
