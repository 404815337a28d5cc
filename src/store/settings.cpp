#include "store/settings.hpp"

#include "store/session.hpp"

namespace chipledger {

// Sessions of ours put synchronous_commit right by themselves; what the role or the server says is
// what others, and tools, would write with.
Result<std::vector<std::string>> unsafe_settings(const std::string& conninfo)
{
    Session session{conninfo};
    return session.run([](auto& work) -> Result<std::vector<std::string>> {
        std::vector<std::string> found;
        for (const auto& row : work.exec(
                 "SELECT name || ' = ' || reset_val FROM pg_settings WHERE (name, reset_val) IN"
                 " (('fsync', 'off'), ('full_page_writes', 'off'), ('data_checksums', 'off'),"
                 "  ('synchronous_commit', 'off'), ('synchronous_commit', 'local'),"
                 "  ('data_sync_retry', 'on')) ORDER BY name"))
            found.push_back(row[0].c_str());
        return found;
    });
}

}  // namespace chipledger
