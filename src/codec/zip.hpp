#pragma once
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace chipledger {

/// What is read is no zip that can be trusted, or no zip can be written.
struct ZipFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Writes a zip (PKWARE APPNOTE, deflated), member after member, in memory that does not grow with
/// it. No times, owners or other traces of where it is made: the same members give the same bytes.
class ZipWriter {
public:
    ZipWriter();
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;

    /// The next member; `name` in ASCII, with slashes.
    void begin(const std::string& name);
    void write(std::string_view piece);
    void finish();
    /// The bytes that are ready.
    std::string take();

private:
    struct Packer;
    std::unique_ptr<Packer> packer_;
};

/// What may come out of a zip that a stranger has made.
struct ZipLimits {
    std::size_t members = 1'000;
    std::uint64_t bytes = 256u << 20;  ///< Unpacked, of all members together.
};

/// Unpacks piece by piece. Refuses members that come twice, are no plain files, are packed in
/// another way than deflate or store, or pass the limits: by ZipFault, like everything that cannot
/// be read. The directory at the end says what there is, as in other programs.
class ZipReader {
public:
    /// Which members to unpack; the others are passed over.
    using Wanted = std::function<bool(const std::string& name)>;
    /// Once with "" when a member begins, then for each piece.
    using Take = std::function<void(const std::string& name, std::string_view piece)>;

    static void read_file(const std::string& path, const ZipLimits& limits, const Wanted& wanted,
                          const Take& take);
    static void read_bytes(std::string_view bytes, const ZipLimits& limits, const Wanted& wanted,
                           const Take& take);
};

}  // namespace chipledger
