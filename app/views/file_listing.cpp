#include "app/views/file_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace gramscope::app {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

FileEntry entry_of(const std::filesystem::directory_entry& found) {
  FileEntry entry;
  entry.name = found.path().filename().string();
  // What vanishes or may not be looked at while one looks has neither size nor date.
  std::error_code error;
  entry.is_directory = found.is_directory(error);
  if (!entry.is_directory) {
    entry.bytes = found.file_size(error);
    if (error) entry.bytes = 0;
  }
  const auto modified = found.last_write_time(error);
  if (!error)
    entry.modified =
        std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(modified));
  return entry;
}

}  // namespace

FileListing list_directory(const std::filesystem::path& directory) {
  FileListing listing;
  std::error_code error;
  std::filesystem::directory_iterator it(directory, error);
  for (; !error && it != std::filesystem::directory_iterator(); it.increment(error))
    if (!it->path().filename().string().starts_with('.')) listing.entries.push_back(entry_of(*it));
  if (error) listing.error = error.message();
  std::sort(listing.entries.begin(), listing.entries.end(), [](const FileEntry& a, const FileEntry& b) {
    if (a.is_directory != b.is_directory) return a.is_directory;
    const std::string first = lower(a.name);
    const std::string second = lower(b.name);
    return first != second ? first < second : a.name < b.name;
  });
  return listing;
}

std::vector<std::size_t> matching_entries(const std::vector<FileEntry>& entries, std::string_view filter) {
  const std::string wanted = lower(filter);
  std::vector<std::size_t> beginning;
  std::vector<std::size_t> containing;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t at = lower(entries[i].name).find(wanted);
    if (at == 0) beginning.push_back(i);
    if (at != 0 && at != std::string::npos) containing.push_back(i);
  }
  beginning.insert(beginning.end(), containing.begin(), containing.end());
  return beginning;
}

std::string format_bytes(std::uintmax_t bytes) {
  static constexpr std::array<const char*, 5> kUnits{"B", "kB", "MB", "GB", "TB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 999.5 && unit + 1 < kUnits.size()) {
    size /= 1000.0;
    ++unit;
  }
  return unit > 0 && size < 9.95 ? fmt::format("{:.1f} {}", size, kUnits[unit])
                                 : fmt::format("{:.0f} {}", size, kUnits[unit]);
}

std::string format_date(std::chrono::sys_seconds time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return fmt::format("{:04d}-{:02d}-{:02d}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace gramscope::app
