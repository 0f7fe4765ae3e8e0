#include "core/io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/io/byte_stream.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

fs::path directory_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  // What a symbolic link points at is replaced, not the link.
  std::error_code ignored;
  if (fs::is_symlink(path_, ignored)) {
    const auto target = fs::weakly_canonical(path_, ignored);
    if (!ignored) path_ = target;
  }
  // Not mkstemp: its file would have mode 0600, and the umask can only be read by changing it for all
  // threads.
  static std::atomic<unsigned> counter = 0;
  for (int attempt = 0; attempt < 1000 && descriptor_ < 0; ++attempt) {
    temporary_ = directory_of(path_) /
                 fmt::format(".{}.{}-{}.tmp", path_.filename().string(), ::getpid(), counter.fetch_add(1));
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) break;
  }
  if (descriptor_ < 0) fail("could not create a file beside it", errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* what, int error) const {
  throw RuntimeError(fmt::format("{}: {}: {}", path_.string(), what, std::strerror(error)));
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      fail("could not write", errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("could not write to the disk", errno);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("could not close", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("could not put in place", errno);
  temporary_.clear();
  const Descriptor directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return;  // a directory that may be written to but not read: the rename stands
  // Some file systems cannot flush a directory and say EINVAL; there is nothing better to do on them.
  if (::fsync(directory.get()) != 0 && errno != EINVAL)
    fail("could not write its directory to the disk", errno);
}

void write_file(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

std::string read_file(const fs::path& path, std::size_t limit) {
  const InputFile file(path);
  if (file.bytes() > limit)
    throw InputError(fmt::format("{}: has {} bytes, more than the {} that are read", path.string(), file.bytes(), limit));
  std::string bytes(static_cast<std::size_t>(file.bytes()), '\0');
  bytes.resize(file.read(0, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace gramscope
