#include "core/io/zip_archive.h"

#include <fmt/format.h>
#include <unzip.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/registry/error.h"

namespace gramscope {

namespace {

constexpr std::size_t kReadAtOnce = std::size_t{1} << 24;
constexpr std::uint64_t kMostMembers = 4096;
// Deflate spends at least two bits on 258 bytes.
constexpr std::uint64_t kMostDeflateRatio = 1032;
constexpr uLong kEncrypted = 1;

class MemberStream final : public ByteStream {
 public:
  MemberStream(std::string where, std::uint64_t bytes, std::shared_ptr<void> archive)
      : ByteStream(std::move(where), bytes), archive_(std::move(archive)) {}

 private:
  void check_end() override {
    const int status = unzCloseCurrentFile(archive_.get());
    if (status == UNZ_CRCERROR) throw InputError(where() + ": its checksum does not match");
    if (status != UNZ_OK) throw InputError(where() + ": damaged");
  }

  void get(char* to, std::size_t count) override {
    for (std::size_t done = 0; done < count;) {
      const auto wanted = static_cast<unsigned>(std::min(kReadAtOnce, count - done));
      const int got = unzReadCurrentFile(archive_.get(), to + done, wanted);
      if (got <= 0) throw InputError(where() + ": its compressed data is damaged or cut short");
      done += static_cast<std::size_t>(got);
    }
  }

  std::shared_ptr<void> archive_;
};

}  // namespace

ZipArchive::ZipArchive(const std::filesystem::path& path) : path_(path) {
  // minizip opens it by its name and would wait for a pipe; what it opens is looked at first.
  const std::uint64_t file_bytes = InputFile(path).bytes();
  if (auto* const archive = unzOpen64(path.c_str())) archive_.reset(archive, [](void* opened) { unzClose(opened); });
  if (archive_ == nullptr) fail("archive", "not an .npz file, a zip archive of arrays, or cut short");
  unz_global_info64 info{};
  if (unzGetGlobalInfo64(archive_.get(), &info) != UNZ_OK) fail("archive", "damaged");
  if (info.number_entry > kMostMembers)
    fail("archive", fmt::format("{} members, more than {}", info.number_entry, kMostMembers));
  int status = info.number_entry > 0 ? unzGoToFirstFile(archive_.get()) : UNZ_END_OF_LIST_OF_FILE;
  std::set<std::string> names;
  for (; status == UNZ_OK; status = unzGoToNextFile(archive_.get())) {
    members_.push_back(read_member());
    if (!names.insert(members_.back().name).second) fail(shown_name(members_.back().name), "is there twice");
  }
  if (status != UNZ_END_OF_LIST_OF_FILE) fail("archive", "its directory is damaged");
  check_places(file_bytes);
}

void ZipArchive::fail(const std::string& place, const std::string& problem) const {
  throw InputError(fmt::format("{}: {}: {}", path_.string(), place, problem));
}

ZipArchive::Member ZipArchive::read_member() {
  unz_file_info64 info{};
  std::array<char, 512> name{};
  if (unzGetCurrentFileInfo64(archive_.get(), &info, name.data(), name.size(), nullptr, 0, nullptr, 0) != UNZ_OK)
    fail("archive", "damaged");
  if (info.size_filename >= name.size()) fail("archive", "a member's name is too long");
  const std::string place = shown_name({name.data(), info.size_filename});
  if ((info.flag & kEncrypted) != 0) fail(place, "is encrypted");
  if (info.compression_method != 0 && info.compression_method != Z_DEFLATED)
    fail(place, fmt::format("compression method {} is not read", info.compression_method));
  if (info.compression_method == 0 ? info.uncompressed_size != info.compressed_size
                                   : info.uncompressed_size / kMostDeflateRatio > info.compressed_size)
    fail(place, fmt::format("claims {} bytes, {} its {} compressed ones can hold", info.uncompressed_size,
                            info.uncompressed_size > info.compressed_size ? "more than" : "which is not what",
                            info.compressed_size));
  unz64_file_pos position{};
  if (unzGetFilePos64(archive_.get(), &position) != UNZ_OK) fail("archive", "damaged");
  return {std::string(name.data(), info.size_filename), info.uncompressed_size, info.compressed_size,
          position.pos_in_zip_directory, position.num_of_file};
}

void ZipArchive::check_places(std::uint64_t file_bytes) const {
  struct Extent {
    std::uint64_t begin, bytes;
    const Member* member;
  };
  std::vector<Extent> extents;
  for (const auto& member : members_) {
    const unz64_file_pos position{member.place, member.number};
    int method = 0;
    if (unzGoToFilePos64(archive_.get(), &position) != UNZ_OK ||
        unzOpenCurrentFile2(archive_.get(), &method, nullptr, 1) != UNZ_OK)
      fail(shown_name(member.name), "its header is damaged, or not where the archive's directory has it");
    extents.push_back({unzGetCurrentFileZStreamPos64(archive_.get()), member.compressed_bytes, &member});
    unzCloseCurrentFile(archive_.get());
  }
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  std::uint64_t end = 0;
  for (const auto& extent : extents) {
    if (extent.begin < end) fail(shown_name(extent.member->name), "lies inside another member");
    if (extent.begin > file_bytes || extent.bytes > file_bytes - extent.begin)
      fail(shown_name(extent.member->name), fmt::format("claims {} bytes from byte {} on, beyond the end of the file",
                                                        extent.bytes, extent.begin));
    end = extent.begin + extent.bytes;
  }
}

std::unique_ptr<ByteStream> ZipArchive::open(const Member& member, const std::string& place) const {
  const unz64_file_pos position{member.place, member.number};
  if (unzGoToFilePos64(archive_.get(), &position) != UNZ_OK || unzOpenCurrentFile(archive_.get()) != UNZ_OK)
    fail(place, "damaged");
  return std::make_unique<MemberStream>(fmt::format("{}: {}", path_.string(), place), member.bytes, archive_);
}

}  // namespace gramscope
