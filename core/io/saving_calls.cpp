#include "core/io/saving_calls.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace gramscope {

namespace {

int exchange_names(const char* a, const char* b) {
#ifdef RENAME_EXCHANGE
  return ::renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
#else
  static_cast<void>(a);
  static_cast<void>(b);
  errno = ENOSYS;
  return -1;
#endif
}

}  // namespace

const SavingCalls& system_calls() {
  static const SavingCalls calls{
      [](const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); },
      [](int descriptor, int operation) { return ::flock(descriptor, operation); },
      [](int descriptor, const void* bytes, std::size_t count, off_t offset) {
        return ::pwrite(descriptor, bytes, count, offset);
      },
      [](int descriptor) { return ::fsync(descriptor); },
      [](int descriptor) { return ::close(descriptor); },
      [](const char* from, const char* to) { return std::rename(from, to); },
      exchange_names,
      [](const char* path) { return ::unlink(path); },
  };
  return calls;
}

}  // namespace gramscope
