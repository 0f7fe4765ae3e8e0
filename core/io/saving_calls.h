#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>

namespace gramscope {

/// The system calls by which files are saved. Each does what the call of its name does, returns what it
/// returns and sets errno; tests put others in their place, to make each one fail.
struct SavingCalls {
  std::function<int(const char* path, int flags, mode_t mode)> open;
  std::function<int(int descriptor, int operation)> flock;
  std::function<ssize_t(int descriptor, const void* bytes, std::size_t count, off_t offset)> pwrite;
  std::function<int(int descriptor)> fsync;
  std::function<int(int descriptor)> close;
  std::function<int(const char* from, const char* to)> rename;
  std::function<int(const char* a, const char* b)> exchange;  ///< renames both, each to the other, at once
  std::function<int(const char* path)> unlink;
};

/// Those of the operating system.
const SavingCalls& system_calls();

}  // namespace gramscope
