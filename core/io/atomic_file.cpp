#include "core/io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "core/io/byte_stream.h"
#include "core/io/held_file.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMark = ".gramscope-";
constexpr std::string_view kEnding = ".tmp";
// With the mark and two numbers the name stays below the 255 bytes that file systems allow.
constexpr std::size_t kMostOfName = 200;

class OpenDirectory {
 public:
  OpenDirectory(const fs::path& path, const SavingCalls& calls) : calls_(calls) {
    do descriptor_ = calls.open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    while (descriptor_ < 0 && errno == EINTR);
  }
  ~OpenDirectory() {
    if (descriptor_ >= 0) calls_.close(descriptor_);
  }
  OpenDirectory(const OpenDirectory&) = delete;
  OpenDirectory& operator=(const OpenDirectory&) = delete;
  int get() const { return descriptor_; }

 private:
  const SavingCalls& calls_;
  int descriptor_ = -1;
};

/// What the names of a file's temporary files begin with.
std::string temporary_stem(const fs::path& path) {
  std::string name = path.filename().string();
  if (name.size() > kMostOfName) {
    std::size_t end = kMostOfName;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0u) == 0x80u)
      --end;  // not within a character
    name.resize(end);
  }
  return fmt::format(".{}{}", name, kMark);
}

/// Whether `rest` is PID-COUNT.tmp.
bool ends_a_temporary_name(std::string_view rest) {
  if (!rest.ends_with(kEnding)) return false;
  rest.remove_suffix(kEnding.size());
  const auto dash = rest.find('-');
  const auto is_number = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return dash != std::string_view::npos && is_number(rest.substr(0, dash)) &&
         is_number(rest.substr(dash + 1));
}

bool is_temporary_name(std::string_view name) {
  const auto mark = name.rfind(kMark);
  return name.starts_with('.') && mark != std::string_view::npos &&
         ends_a_temporary_name(name.substr(mark + kMark.size()));
}

template <class Matches>
void remove_leftovers_if(const fs::path& directory, const SavingCalls& calls, const Matches& matches) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (matches(entry->path().filename().string())) found.push_back(entry->path());
  for (const auto& path : found) remove_unless_held(path, calls);
}

const char* what_to_do(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "make room there, or save to another place";
    case EFBIG:
      return "files of that size are not allowed there; save to another place";
    case EACCES:
    case EPERM:
      return "allow writing in that directory, or save to another place";
    case EROFS:
      return "nothing can be written there; save to another place";
    case ENOENT:
    case ENOTDIR:
      return "its directory has to be there first; make it, or save to another place";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EMFILE:
    case ENFILE:
      return "close other files or programs and save again";
    case EIO:
      return "the disk may be failing; save to another one";
    default:
      return "save again, or to another place";
  }
}

/// Whether `exchange` failed because the file system or the system cannot do it at all.
bool cannot_exchange(int error) {
  return error == EINVAL || error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP;
}

}  // namespace

AtomicFile::AtomicFile(fs::path path, const SavingCalls& calls) : calls_(calls), path_(std::move(path)) {
  // What a symbolic link points at is replaced, not the link.
  std::error_code ignored;
  if (fs::is_symlink(path_, ignored)) {
    const auto target = fs::weakly_canonical(path_, ignored);
    if (!ignored) path_ = target;
  }
  directory_ = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  require_replaceable();

  const std::string stem = temporary_stem(path_);
  // First of all: it may be a leftover that fills the disk.
  remove_leftovers_if(directory_, calls_, [&](std::string_view name) {
    return name.starts_with(stem) && ends_a_temporary_name(name.substr(stem.size()));
  });
  // Not mkstemp: its file would have mode 0600, and the umask can only be read by changing it for all
  // threads.
  static std::atomic<unsigned> counter = 0;
  for (int attempt = 0; attempt < 1000 && descriptor_ < 0; ++attempt) {
    temporary_ = directory_ / fmt::format("{}{}-{}{}", stem, ::getpid(), counter.fetch_add(1), kEnding);
    descriptor_ = create_held(temporary_, Locking::if_possible, calls_);
    if (descriptor_ < 0 && errno != EEXIST && errno != EINTR) break;
  }
  if (descriptor_ < 0) {
    temporary_.clear();
    fail("could not create a file beside it", errno);
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) calls_.unlink(temporary_.c_str());
  if (descriptor_ >= 0) calls_.close(descriptor_);
}

void AtomicFile::fail(const char* what, int error) {
  const char* const state = placed_ == Placed::over_older
                                ? "The new contents are in place, but may not survive a power failure"
                                : "Nothing there has changed";
  throw RuntimeError(fmt::format("{}: {}: {}. {}: {}", path_.string(), what, std::strerror(error), state,
                                 what_to_do(error)));
}

void AtomicFile::require_replaceable() const {
  std::error_code ignored;
  const auto status = fs::symlink_status(path_, ignored);
  if (!fs::exists(status)) return;
  if (fs::is_regular_file(status)) {
    if (::access(path_.c_str(), W_OK) == 0 || errno != EACCES) return;
    // The directory would allow it; who protected the file would not.
    throw RuntimeError(fmt::format(
        "{}: is write-protected, and is not replaced; allow writing to it, or save under another name",
        path_.string()));
  }
  throw RuntimeError(fmt::format("{}: {}, and is not replaced by a file; save under another name",
                                 path_.string(),
                                 fs::is_directory(status) ? "is a directory" : "is not a regular file"));
}

void AtomicFile::write(std::string_view bytes) { write_at(size_, bytes); }

void AtomicFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = calls_.pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    // A call that does nothing and says nothing would be repeated for ever.
    if (count <= 0) fail("could not write", count < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
    size_ = std::max(size_, offset);
  }
}

void AtomicFile::commit() {
  const auto flush = [&](int descriptor) {
    int result = -1;
    do result = calls_.fsync(descriptor);
    while (result != 0 && errno == EINTR);
    return result;
  };
  if (flush(descriptor_) != 0) fail("could not write to the disk", errno);
  const OpenDirectory directory(directory_, calls_);
  // A directory may be writable and not readable: then there is no way to flush it.
  if (directory.get() < 0 && errno != EACCES) fail("could not open its directory", errno);

  placed_ = put_in_place();
  // Some file systems cannot flush a directory and say EINVAL; there is nothing better to do on them.
  if (directory.get() >= 0 && flush(directory.get()) != 0 && errno != EINVAL) {
    const int error = errno;
    take_back();
    fail("could not write its directory to the disk", error);
  }
  // Open until here, for its lock: without it, who saves the same file would take it for a leftover.
  const int closed = calls_.close(std::exchange(descriptor_, -1));
  if (closed != 0 && errno != EINTR) {
    const int error = errno;
    take_back();
    fail("could not close", error);
  }
  if (placed_ == Placed::beside_older) calls_.unlink(temporary_.c_str());
  temporary_.clear();
}

/// Exchanging the names rather than renaming over the older file keeps that one until all is done.
auto AtomicFile::put_in_place() -> Placed {
  require_replaceable();
  std::error_code ignored;
  const bool has_older = fs::exists(fs::symlink_status(path_, ignored));
  if (has_older) {
    if (calls_.exchange(temporary_.c_str(), path_.c_str()) == 0) return Placed::beside_older;
    // Where the older file has gone meanwhile, there is nothing to exchange with.
    if (!cannot_exchange(errno) && errno != ENOENT) fail("could not put in place", errno);
  }
  if (calls_.rename(temporary_.c_str(), path_.c_str()) != 0) fail("could not put in place", errno);
  return has_older ? Placed::over_older : Placed::as_first;
}

void AtomicFile::take_back() {
  const bool is_back = placed_ == Placed::beside_older
                           ? calls_.exchange(temporary_.c_str(), path_.c_str()) == 0
                       : placed_ == Placed::as_first ? calls_.rename(path_.c_str(), temporary_.c_str()) == 0
                                                     : false;
  placed_ = is_back ? Placed::no : Placed::over_older;
}

void write_file(const fs::path& path, std::string_view bytes, const SavingCalls& calls) {
  AtomicFile file(path, calls);
  file.write(bytes);
  file.commit();
}

void remove_leftovers(const fs::path& directory, const SavingCalls& calls) {
  remove_leftovers_if(directory, calls, is_temporary_name);
}

std::string read_file(const fs::path& path, std::size_t limit) {
  const InputFile file(path);
  if (file.bytes() > limit)
    throw InputError(
        fmt::format("{}: has {} bytes, more than the {} that are read", path.string(), file.bytes(), limit));
  std::string bytes(static_cast<std::size_t>(file.bytes()), '\0');
  bytes.resize(file.read(0, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace gramscope
