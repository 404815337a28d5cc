#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Files that must outlive a power cut: on return the bytes are on the disk. All throw
// std::system_error.
namespace chipledger {

/// Replaces the file as a whole or not at all.
void replace_file(const std::filesystem::path& path, std::string_view bytes, int mode = 0600);
/// The same with what `write` hands over, piece by piece.
using Pieces = std::function<void(std::string_view)>;
void replace_file(const std::filesystem::path& path,
                  const std::function<void(const Pieces&)>& write, int mode = 0600);
/// Adds at the end.
void append_to_file(const std::filesystem::path& path, std::string_view bytes);
/// Nothing where there is no such file.
std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace chipledger
