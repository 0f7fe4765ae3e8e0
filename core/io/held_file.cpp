#include "core/io/held_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

namespace gramscope {

namespace fs = std::filesystem;

namespace {

/// Not through links, and without waiting for what is a pipe.
constexpr int kToLookAt = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

/// Calls `use` with the open file once it is locked; nothing where it cannot be opened or locked.
template <class Use>
void with_lock(const fs::path& path, const SavingCalls& calls, const Use& use) {
  const int descriptor = calls.open(path.c_str(), kToLookAt, 0);
  if (descriptor < 0) return;
  if (calls.flock(descriptor, LOCK_EX | LOCK_NB) == 0) use(descriptor);
  calls.close(descriptor);
}

}  // namespace

int create_held(const fs::path& path, Locking locking, const SavingCalls& calls) {
  const int descriptor = calls.open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return -1;
  const bool is_locked = calls.flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  const int error = is_locked ? 0 : errno;
  // Between the two calls another process may have found the file without a lock: it has removed it or is
  // about to.
  const bool is_taken = error == EWOULDBLOCK || (is_locked && !is_in_place(descriptor, path));
  if (!is_taken && (is_locked || locking == Locking::if_possible)) return descriptor;
  calls.close(descriptor);
  if (!is_taken) calls.unlink(path.c_str());
  errno = is_taken ? EEXIST : error;
  return -1;
}

bool is_held(const fs::path& path, const SavingCalls& calls) {
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(path, ignored))) return false;
  bool is_free = false;
  with_lock(path, calls, [&](int) { is_free = true; });
  return !is_free;
}

bool is_in_place(int descriptor, const fs::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

void remove_unless_held(const fs::path& path, const SavingCalls& calls) {
  // While it is locked nobody else removes it, and so what has that name is what is locked.
  with_lock(path, calls, [&](int descriptor) {
    if (is_in_place(descriptor, path)) calls.unlink(path.c_str());
  });
}

}  // namespace gramscope
