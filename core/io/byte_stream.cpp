#include "core/io/byte_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/registry/error.h"
#include "core/text/unicode.h"

namespace gramscope {

namespace {

constexpr std::size_t kMostShownBytes = 80;

}  // namespace

void ByteStream::take(char* to, std::size_t count) {
  if (count > left_) throw InputError(fmt::format("{}: cut short: {} bytes where {} are needed", where_, left_, count));
  if (count > 0) get(to, count);
  left_ -= count;
}

void ByteStream::finish() {
  if (is_finished_) return;
  is_finished_ = true;
  check_end();
}

void MemoryStream::get(char* to, std::size_t count) {
  std::memcpy(to, bytes_.data(), count);
  bytes_.remove_prefix(count);
}

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  const auto error = [&](const char* why) { return InputError(fmt::format("{}: {}", path_.string(), why)); };
  // Not blocking, so that a named pipe is refused below instead of waited for.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw error(std::strerror(errno));
  struct stat status {};
  const char* const problem = ::fstat(descriptor_, &status) != 0 ? std::strerror(errno)
                              : S_ISDIR(status.st_mode)          ? "is a directory"
                              : !S_ISREG(status.st_mode)         ? "is not a regular file"
                                                                 : nullptr;
  if (problem != nullptr) {
    ::close(descriptor_);
    throw error(problem);
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

std::size_t InputFile::read(std::uint64_t offset, char* to, std::size_t count) const {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(descriptor_, to + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw InputError(fmt::format("{}: {}", path_.string(), std::strerror(errno)));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void FileStream::get(char* to, std::size_t count) {
  if (file_->read(offset_, to, count) < count)
    throw InputError(fmt::format("{}: cut short: the file ends before it does", where()));
  offset_ += count;
}

std::string shown_text(std::string_view text) {
  std::u32string shown = utf32(text);
  for (auto& c : shown)
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) c = 0xFFFD;
  return utf8(shown);
}

std::string shown_name(std::string_view name) {
  return shown_text(name.substr(0, kMostShownBytes)) + (name.size() > kMostShownBytes ? "…" : "");
}

}  // namespace gramscope
