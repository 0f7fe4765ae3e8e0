#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace gramscope {

/// A file that appears under its name complete or not at all. It is written as a temporary file in the same
/// directory; commit() brings it to the disk and renames it. Until then, and if anything fails, an older file
/// of that name is as it was, and the temporary file is removed.
class AtomicFile {
 public:
  /// Creates the temporary file. Throws RuntimeError if that is not possible.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Where to write until commit(): for libraries that open files by name.
  const std::filesystem::path& temporary() const { return temporary_; }
  void write(std::string_view bytes);
  /// Flushes to the disk, renames, and flushes the directory. Throws RuntimeError saying what failed, where
  /// and why.
  void commit();

 private:
  [[noreturn]] void fail(const char* what, int error) const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Writes the whole file at once through AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// The bytes of a file. Throws InputError beginning with its name if it cannot be read, is not a regular
/// file, or is larger than `limit`.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace gramscope
