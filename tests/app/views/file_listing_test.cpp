#include "app/views/file_listing.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace gramscope::app;

namespace {

/// A directory of its own, gone with the object.
class Directory {
 public:
  Directory()
      : path_(std::filesystem::temp_directory_path() /
              ("gramscope_listing_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::create_directories(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }
  void file(const std::string& name, std::size_t bytes) const {
    std::ofstream(path_ / name) << std::string(bytes, 'x');
  }

 private:
  std::filesystem::path path_;
};

std::vector<std::string> names(const FileListing& listing, const std::vector<std::size_t>& which) {
  std::vector<std::string> result;
  for (const auto i : which) result.push_back(listing.entries[i].name);
  return result;
}

}  // namespace

TEST_CASE("list_directory: directories first, then files, each by name regardless of case; none hidden") {
  const Directory directory;
  directory.file("beta.txt", 5);
  directory.file("Alpha.txt", 2048);
  directory.file(".hidden", 1);
  std::filesystem::create_directory(directory.path() / "zoo");
  const FileListing listing = list_directory(directory.path());
  CHECK(listing.error.empty());
  CHECK(names(listing, matching_entries(listing.entries, "")) ==
        std::vector<std::string>{"zoo", "Alpha.txt", "beta.txt"});
  CHECK(listing.entries[0].is_directory);
  CHECK(listing.entries[1].bytes == 2048);
  CHECK(listing.entries[1].modified.has_value());
}

TEST_CASE("list_directory: a directory that is not there is an error with a reason, and no exception") {
  const FileListing listing = list_directory("/nowhere/at/all");
  CHECK(listing.entries.empty());
  CHECK_FALSE(listing.error.empty());
}

TEST_CASE("matching_entries: names that begin with the filter come before those that contain it") {
  const Directory directory;
  for (const char* name : {"my_text.txt", "Text.md", "picture.png"}) directory.file(name, 1);
  const FileListing listing = list_directory(directory.path());
  CHECK(names(listing, matching_entries(listing.entries, "text")) ==
        std::vector<std::string>{"Text.md", "my_text.txt"});
  CHECK(matching_entries(listing.entries, "nothing").empty());
}

TEST_CASE("format_bytes: three digits at most, in powers of a thousand") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(1000) == "1.0 kB");
  CHECK(format_bytes(14'200) == "14 kB");
  CHECK(format_bytes(999'700) == "1.0 MB");
  CHECK(format_bytes(3'210'000'000) == "3.2 GB");
}

TEST_CASE("format_date: the day in UTC") {
  using namespace std::chrono;
  CHECK(format_date(sys_seconds(sys_days(year{2024} / 3 / 5)) + hours(23)) == "2024-03-05");
}
