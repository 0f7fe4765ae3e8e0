#include "core/io/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <exception>

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

/// An AtomicFile as minizip writes to one. What the file throws waits until minizip, which is C, has returned; until then
/// minizip is told that all is well, for where a write fails it loses memory.
class ArchiveFile {
 public:
  ArchiveFile(const fs::path& path, const SavingCalls& calls) : path_(path), file_(path, calls) {}

  zlib_filefunc64_def functions() {
    zlib_filefunc64_def functions{};
    functions.opaque = this;
    functions.zopen64_file = [](voidpf opaque, const void*, int) { return opaque; };
    functions.zread_file = [](voidpf, voidpf, void*, uLong) -> uLong { return 0; };
    functions.zwrite_file = [](voidpf, voidpf stream, const void* bytes, uLong count) {
      return self(stream).write(static_cast<const char*>(bytes), count);
    };
    functions.ztell64_file = [](voidpf, voidpf stream) -> ZPOS64_T { return self(stream).position_; };
    functions.zseek64_file = [](voidpf, voidpf stream, ZPOS64_T offset, int origin) {
      return self(stream).seek(offset, origin);
    };
    functions.zclose_file = [](voidpf, voidpf) { return 0; };
    functions.zerror_file = [](voidpf, voidpf) { return 0; };
    return functions;
  }

  void commit() { file_.commit(); }

  /// After every call of minizip: throws what the file has thrown meanwhile, or if the call did not succeed.
  void check(bool is_done, const std::string& name) const {
    if (error_) std::rethrow_exception(error_);
    if (!is_done) throw RuntimeError(fmt::format("{}: could not write {}: the archive refused it", path_.string(), name));
  }

 private:
  static ArchiveFile& self(voidpf stream) { return *static_cast<ArchiveFile*>(stream); }

  uLong write(const char* bytes, uLong count) {
    try {
      if (!error_) file_.write_at(position_, {bytes, count});
    } catch (const RuntimeError&) {
      error_ = std::current_exception();
    }
    position_ += count;
    return count;
  }

  long seek(ZPOS64_T offset, int origin) {
    const std::uint64_t from = origin == ZLIB_FILEFUNC_SEEK_SET ? 0 : origin == ZLIB_FILEFUNC_SEEK_CUR ? position_ : file_.size();
    position_ = from + offset;
    return 0;
  }

  fs::path path_;
  AtomicFile file_;
  std::uint64_t position_ = 0;
  std::exception_ptr error_;
};

void add_member(zipFile archive, const ArchiveFile& file, const NamedArray& array, Compression compression) {
  const std::string bytes = npy_bytes(array.array);
  const std::string member = array.name + std::string(kSuffix);
  zip_fileinfo info{};
  info.dosDate = kDate;
  const int method = compression == Compression::deflated ? Z_DEFLATED : 0;
  const int is_large = bytes.size() >= 0xFFFFFFFFu ? 1 : 0;
  file.check(zipOpenNewFileInZip64(archive, member.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, method, Z_BEST_SPEED,
                                   is_large) == ZIP_OK,
             array.name);
  for (std::size_t done = 0; done < bytes.size(); done += kChunk) {
    const auto count = static_cast<unsigned>(std::min(kChunk, bytes.size() - done));
    file.check(zipWriteInFileInZip(archive, bytes.data() + done, count) == ZIP_OK, array.name);
  }
  file.check(zipCloseFileInZip(archive) == ZIP_OK, array.name);
}

}  // namespace

void write_npz(const fs::path& path, std::span<const NamedArray> arrays, Compression compression, const SavingCalls& calls) {
  constexpr const char* kDirectory = "the archive's directory";
  ArchiveFile file(path, calls);
  zlib_filefunc64_def functions = file.functions();
  zipFile archive = zipOpen2_64(path.c_str(), APPEND_STATUS_CREATE, nullptr, &functions);
  file.check(archive != nullptr, kDirectory);
  try {
    for (const auto& array : arrays) add_member(archive, file, array, compression);
  } catch (...) {
    zipClose(archive, nullptr);
    throw;
  }
  file.check(zipClose(archive, nullptr) == ZIP_OK, kDirectory);
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
