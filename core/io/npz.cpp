#include "core/io/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/io/atomic_file.h"
#include "core/io/zip_archive.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 24;
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

std::string npz_array_name(const std::string& member) {
  return member.ends_with(kSuffix) ? member.substr(0, member.size() - kSuffix.size()) : member;
}

std::vector<NamedArray> read_npz(const fs::path& path, std::uint64_t limit) {
  const ZipArchive archive(path);
  std::vector<NamedArray> arrays;
  for (const auto& member : archive.members()) {
    const std::string name = npz_array_name(member.name);
    const std::string place = shown_name(name);
    const auto fail = [&](const std::string& problem) {
      return InputError(fmt::format("{}: {}: {}", path.string(), place, problem));
    };
    if (std::any_of(arrays.begin(), arrays.end(), [&](const auto& other) { return other.name == name; }))
      throw fail("is there twice");
    const auto stream = archive.open(member, place);
    if (stream->left() > limit)
      throw fail(fmt::format("{} bytes, more than the {} left to read", stream->left(), limit));
    limit -= stream->left();
    arrays.push_back({name, read_npy(*stream)});
  }
  return arrays;
}

}  // namespace gramscope
