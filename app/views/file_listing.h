#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gramscope::app {

/// A file or a directory as the browser lists it.
struct FileEntry {
  std::string name;
  bool is_directory = false;
  std::uintmax_t bytes = 0;                              ///< of a file
  std::optional<std::chrono::sys_seconds> modified = {};
};

/// What a directory holds: directories first, each kind by name regardless of case; without hidden files.
struct FileListing {
  std::vector<FileEntry> entries;
  std::string error;  ///< why it cannot be read; empty where it can
};
FileListing list_directory(const std::filesystem::path& directory);

/// The entries whose names contain `filter`, regardless of case: those that begin with it first, else in their order.
std::vector<std::size_t> matching_entries(const std::vector<FileEntry>& entries, std::string_view filter);

/// "812 B", "14 kB", "3.2 MB": in powers of a thousand.
std::string format_bytes(std::uintmax_t bytes);
/// "2024-03-05", in UTC.
std::string format_date(std::chrono::sys_seconds time);

}  // namespace gramscope::app
