#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/io/saving_calls.h"

namespace gramscope {

/// A file that appears under its name complete or not at all.
///
/// It is written as a temporary file in the same directory, `.NAME.gramscope-PID-COUNT.tmp`. commit() brings
/// the bytes to the disk (fsync), puts the file in place in one step (a rename that exchanges it with the
/// older one, which goes last) and brings the directory to the disk (fsync).
///
/// Whoever reads the name finds the whole older file or the whole new one, at every moment, also where the
/// process is killed or the power fails. Once commit() has returned, it is the new one.
///
/// Where a call fails, the older file is under its name as it was, the temporary file is removed, and a
/// RuntimeError says what failed, where, why and what to do. What was to be saved is still in memory: saving
/// again, when the cause is gone, works. Only where names cannot be exchanged (some network file systems) and
/// the directory's fsync or the last close fails is the new file in place already; the message says so.
///
/// A killed process leaves its temporary file behind. It is told from one in use by its lock (held_file.h),
/// and is removed when the same file is next saved, or by remove_leftovers().
///
/// A symbolic link stays one: what it points at is replaced. Only regular files are replaced, and none that
/// is write-protected. Where a directory cannot be flushed (EINVAL, or it cannot be read), the bytes are as
/// safe as the file system makes them.
class AtomicFile {
 public:
  /// Creates the temporary file. Throws RuntimeError if that is not possible. The calls must outlive it.
  explicit AtomicFile(std::filesystem::path path, const SavingCalls& calls = system_calls());
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// What is written until commit().
  const std::filesystem::path& temporary() const { return temporary_; }
  /// Appends the bytes.
  void write(std::string_view bytes);
  /// Writes the bytes from `offset` on, over those that are there or behind them.
  void write_at(std::uint64_t offset, std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// Puts the file in place, once.
  void commit();

 private:
  enum class Placed { no, beside_older, as_first, over_older };

  void require_replaceable() const;
  Placed put_in_place();
  /// Undoes put_in_place() where that is possible.
  void take_back();
  [[noreturn]] void fail(const char* what, int error);

  const SavingCalls& calls_;
  std::filesystem::path path_;
  std::filesystem::path directory_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  Placed placed_ = Placed::no;
};

/// Writes the whole file at once through AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view bytes,
                const SavingCalls& calls = system_calls());

/// Removes from a directory the temporary files of processes that are no more. What cannot be removed stays;
/// nothing happens where there is no such directory.
void remove_leftovers(const std::filesystem::path& directory, const SavingCalls& calls = system_calls());

/// The bytes of a file. Throws InputError beginning with its name if it cannot be read, is not a regular
/// file, or is larger than `limit`.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace gramscope
