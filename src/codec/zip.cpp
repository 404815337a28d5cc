#include "codec/zip.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <set>
#include <utility>

namespace chipledger {

namespace {

constexpr std::size_t piece_max = 64 * 1024;

using ReadHandle = std::unique_ptr<archive, decltype(&archive_read_free)>;

[[noreturn]] void fail(archive* from, const char* what)
{
    const char* why = archive_error_string(from);
    throw ZipFault{std::string{what} + (why ? std::string{": "} + why : std::string{})};
}

ReadHandle new_reader()
{
    ReadHandle reader{archive_read_new(), archive_read_free};
    if (!reader || archive_read_support_format_zip_seekable(reader.get()) != ARCHIVE_OK)
        throw ZipFault{"libarchive cannot read zip files"};
    return reader;
}

void read_member(archive* from, const std::string& name, std::uint64_t& left,
                 const ZipReader::Take& take)
{
    std::array<char, piece_max> piece;
    take(name, {});
    while (true) {
        const la_ssize_t size = archive_read_data(from, piece.data(), piece.size());
        if (size < 0) fail(from, ("the member " + name + " cannot be unpacked").c_str());
        if (size == 0) return;
        if (static_cast<std::uint64_t>(size) > left)
            throw ZipFault{"more comes out of it than is taken"};
        left -= static_cast<std::uint64_t>(size);
        take(name, {piece.data(), static_cast<std::size_t>(size)});
    }
}

void read_all(archive* from, const ZipLimits& limits, const ZipReader::Wanted& wanted,
              const ZipReader::Take& take)
{
    std::set<std::string> names;
    std::uint64_t left = limits.bytes;
    archive_entry* entry = nullptr;
    while (true) {
        const int code = archive_read_next_header(from, &entry);
        if (code == ARCHIVE_EOF) return;
        if (code != ARCHIVE_OK) fail(from, "it cannot be read as a zip");
        const char* path = archive_entry_pathname(entry);
        const std::string name = path ? path : "";
        if (archive_entry_filetype(entry) == AE_IFDIR) continue;
        if (name.empty() || archive_entry_filetype(entry) != AE_IFREG)
            throw ZipFault{"it holds something that is no plain file"};
        if (!names.insert(name).second) throw ZipFault{"it holds " + name + " twice"};
        if (names.size() > limits.members) throw ZipFault{"it holds too many members"};
        if (wanted(name)) read_member(from, name, left, take);
    }
}

}  // namespace

struct ZipWriter::Packer {
    std::string ready{};
    archive* out = archive_write_new();
    archive_entry* entry = archive_entry_new();

    ~Packer()
    {
        archive_entry_free(entry);
        archive_write_free(out);
    }
    void must(bool good) const
    {
        if (!good) fail(out, "a zip cannot be written");
    }
    static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size)
    {
        static_cast<Packer*>(self)->ready.append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
    }
};

ZipWriter::ZipWriter() : packer_{std::make_unique<Packer>()}
{
    archive* out = packer_->out;
    packer_->must(out && packer_->entry && archive_write_set_format_zip(out) == ARCHIVE_OK &&
                  archive_write_zip_set_compression_deflate(out) == ARCHIVE_OK &&
                  archive_write_set_bytes_in_last_block(out, 1) == ARCHIVE_OK &&
                  archive_write_open(out, packer_.get(), nullptr, Packer::take, nullptr) ==
                      ARCHIVE_OK);
}
ZipWriter::~ZipWriter() = default;

void ZipWriter::begin(const std::string& name)
{
    archive_entry_clear(packer_->entry);
    archive_entry_set_pathname(packer_->entry, name.c_str());
    archive_entry_set_filetype(packer_->entry, AE_IFREG);
    archive_entry_set_perm(packer_->entry, 0644);
    packer_->must(archive_write_header(packer_->out, packer_->entry) == ARCHIVE_OK);
}

void ZipWriter::write(std::string_view piece)
{
    const auto size = static_cast<la_ssize_t>(piece.size());
    packer_->must(archive_write_data(packer_->out, piece.data(), piece.size()) == size);
}

void ZipWriter::finish() { packer_->must(archive_write_close(packer_->out) == ARCHIVE_OK); }

std::string ZipWriter::take() { return std::exchange(packer_->ready, {}); }

void ZipReader::read_file(const std::string& path, const ZipLimits& limits, const Wanted& wanted,
                          const Take& take)
{
    const ReadHandle reader = new_reader();
    if (archive_read_open_filename(reader.get(), path.c_str(), piece_max) != ARCHIVE_OK)
        fail(reader.get(), "it cannot be read as a zip");
    read_all(reader.get(), limits, wanted, take);
}

void ZipReader::read_bytes(std::string_view bytes, const ZipLimits& limits, const Wanted& wanted,
                           const Take& take)
{
    const ReadHandle reader = new_reader();
    if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
        fail(reader.get(), "it cannot be read as a zip");
    read_all(reader.get(), limits, wanted, take);
}

}  // namespace chipledger
