#include "core/io/npz.h"

#include <fmt/format.h>
#include <unzip.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/io/atomic_file.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 24;
constexpr std::uint64_t kMaxMembers = 4096;
// Deflate spends at least two bits on 258 bytes.
constexpr std::uint64_t kMaxRatio = 1032;
// 1 January 1980, the first day a zip file can name.
constexpr uLong kDate = 0x00210000;
constexpr std::string_view kSuffix = ".npy";

[[noreturn]] void fail_to_write(const fs::path& path, const std::string& name) {
  const int error = errno;
  throw RuntimeError(fmt::format("{}: could not write the array {}: {}", path.string(), name,
                                 error != 0 ? std::strerror(error) : "the archive refused it"));
}

void add_member(zipFile archive, const fs::path& path, const NamedArray& array, Compression compression) {
  const std::string bytes = npy_bytes(array.array);
  const std::string member = array.name + std::string(kSuffix);
  zip_fileinfo info{};
  info.dosDate = kDate;
  const int method = compression == Compression::deflated ? Z_DEFLATED : 0;
  const int is_large = bytes.size() >= 0xFFFFFFFFu ? 1 : 0;
  if (zipOpenNewFileInZip64(archive, member.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, method,
                            Z_BEST_SPEED, is_large) != ZIP_OK)
    fail_to_write(path, array.name);
  for (std::size_t done = 0; done < bytes.size(); done += kChunk) {
    const auto count = static_cast<unsigned>(std::min(kChunk, bytes.size() - done));
    if (zipWriteInFileInZip(archive, bytes.data() + done, count) != ZIP_OK) fail_to_write(path, array.name);
  }
  if (zipCloseFileInZip(archive) != ZIP_OK) fail_to_write(path, array.name);
}

class Reader {
 public:
  Reader(const fs::path& path, std::uint64_t limit) : path_(path), left_(limit) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
      throw InputError(fmt::format("{}: {}", path.string(),
                                   error                    ? error.message()
                                   : fs::is_directory(path) ? "is a directory"
                                                            : "is not a regular file"));
    }
    file_size_ = fs::file_size(path, error);
    archive_.reset(unzOpen64(path.c_str()));
    if (archive_ == nullptr)
      throw InputError(fmt::format("{}: archive: not an .npz file, a zip archive of arrays", path.string()));
  }

  std::vector<NamedArray> read() {
    unz_global_info64 info{};
    check(unzGetGlobalInfo64(archive_.get(), &info), "archive");
    if (info.number_entry > kMaxMembers)
      fail("archive", fmt::format("{} members, more than {}", info.number_entry, kMaxMembers));
    std::vector<NamedArray> arrays;
    int status = info.number_entry > 0 ? unzGoToFirstFile(archive_.get()) : UNZ_END_OF_LIST_OF_FILE;
    for (; status == UNZ_OK; status = unzGoToNextFile(archive_.get())) {
      auto array = member();
      if (std::any_of(arrays.begin(), arrays.end(),
                      [&](const auto& other) { return other.name == array.name; }))
        fail(array.name, "is there twice");
      arrays.push_back(std::move(array));
    }
    if (status != UNZ_END_OF_LIST_OF_FILE) fail("archive", "its directory is damaged");
    return arrays;
  }

 private:
  struct Close {
    void operator()(void* archive) const { unzClose(archive); }
  };

  [[noreturn]] void fail(const std::string& place, const std::string& problem) const {
    throw InputError(fmt::format("{}: {}: {}", path_.string(), place, problem));
  }
  void check(int status, const std::string& place) const {
    if (status == UNZ_OK) return;
    fail(place, status == UNZ_CRCERROR ? "its checksum does not match" : "damaged");
  }

  NamedArray member() {
    unz_file_info64 info{};
    std::array<char, 512> buffer{};
    check(unzGetCurrentFileInfo64(archive_.get(), &info, buffer.data(), buffer.size() - 1, nullptr, 0,
                                  nullptr, 0),
          "archive");
    if (info.size_filename >= buffer.size()) fail("archive", "a member's name is too long");
    std::string name(buffer.data());
    if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
    if ((info.flag & 1) != 0) fail(name, "is encrypted");
    if (info.compression_method != 0 && info.compression_method != Z_DEFLATED)
      fail(name, fmt::format("compression method {} is not read", info.compression_method));
    if (info.compressed_size > file_size_ || info.uncompressed_size / kMaxRatio > info.compressed_size)
      fail(name, fmt::format("claims {} bytes, more than its {} compressed ones can hold",
                             info.uncompressed_size, info.compressed_size));
    if (info.uncompressed_size > left_)
      fail(name, fmt::format("{} bytes, more than the {} left to read", info.uncompressed_size, left_));
    left_ -= info.uncompressed_size;

    check(unzOpenCurrentFile(archive_.get()), name);
    std::string bytes(static_cast<std::size_t>(info.uncompressed_size), '\0');
    for (std::size_t done = 0; done < bytes.size();) {
      const auto count = static_cast<unsigned>(std::min(kChunk, bytes.size() - done));
      const int got = unzReadCurrentFile(archive_.get(), bytes.data() + done, count);
      if (got <= 0) fail(name, "its compressed data is damaged or cut short");
      done += static_cast<std::size_t>(got);
    }
    check(unzCloseCurrentFile(archive_.get()), name);
    return {name, parse_npy(bytes, fmt::format("{}: {}", path_.string(), name))};
  }

  const fs::path& path_;
  std::uint64_t left_;
  std::uint64_t file_size_ = 0;
  std::unique_ptr<void, Close> archive_;
};

}  // namespace

void write_npz(const fs::path& path, std::span<const NamedArray> arrays, Compression compression) {
  AtomicFile file(path);
  errno = 0;
  // APPEND_STATUS_CREATE opens the temporary file by its name and truncates it, which is empty anyway.
  zipFile archive = zipOpen64(file.temporary().c_str(), APPEND_STATUS_CREATE);
  if (archive == nullptr) fail_to_write(path, "archive");
  try {
    for (const auto& array : arrays) add_member(archive, path, array, compression);
  } catch (...) {
    zipClose(archive, nullptr);
    throw;
  }
  if (zipClose(archive, nullptr) != ZIP_OK) fail_to_write(path, "archive");
  file.commit();
}

std::vector<NamedArray> read_npz(const fs::path& path, std::uint64_t limit) {
  return Reader(path, limit).read();
}

}  // namespace gramscope
