#include "ledger/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <system_error>

#include "store/crash_point.hpp"

namespace chipledger {

namespace {

/// An open file, closed on every way out.
class File {
public:
    File(const std::filesystem::path& path, int flags, int mode = 0600)
        : path_{path}, handle_{::open(path.c_str(), flags | O_CLOEXEC, mode)}
    {
        check(handle_ >= 0);
    }
    ~File()
    {
        if (handle_ >= 0) ::close(handle_);
    }
    File(const File&) = delete;

    void write(std::string_view bytes)
    {
        CRASH_POINT("file-unwritten");
        while (!bytes.empty()) {
            const auto n = ::write(handle_, bytes.data(), in_one_go(bytes.size()));
            check(n >= 0);
            bytes.remove_prefix(static_cast<std::size_t>(n));
            CRASH_POINT("file-written-in-part");
        }
    }
    void sync()
    {
        CRASH_POINT("file-unsynced");
        check(::fsync(handle_) == 0);
        CRASH_POINT("file-synced");
    }

private:
    void check(bool good) const
    {
        if (!good) throw std::system_error{errno, std::generic_category(), path_.string()};
    }

    std::filesystem::path path_;
    int handle_;
};

}  // namespace

// Write aside, fsync, rename, fsync the folder: a reader sees the old file or the new one.
void replace_file(const std::filesystem::path& path, std::string_view bytes, int mode)
{
    replace_file(path, [bytes](const Pieces& piece) { piece(bytes); }, mode);
}

void replace_file(const std::filesystem::path& path,
                  const std::function<void(const Pieces&)>& write, int mode)
{
    const std::filesystem::path aside = path.string() + ".new";
    {
        File file{aside, O_WRONLY | O_CREAT | O_TRUNC, mode};
        write([&file](std::string_view piece) { file.write(piece); });
        file.sync();
    }
    std::filesystem::rename(aside, path);
    CRASH_POINT("file-renamed");
    File{path.parent_path().empty() ? "." : path.parent_path(), O_RDONLY | O_DIRECTORY}.sync();
}

void append_to_file(const std::filesystem::path& path, std::string_view bytes)
{
    File file{path, O_WRONLY | O_CREAT | O_APPEND};
    file.write(bytes);
    file.sync();
}

std::optional<std::string> read_file(const std::filesystem::path& path)
{
    std::ifstream in{path, std::ios::binary};
    if (!in) return {};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace chipledger
