#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/io/byte_stream.h"

namespace gramscope {

/// The members of a zip archive (stored or deflated, of any size: zip64), each read as a stream.
class ZipArchive {
 public:
  struct Member {
    std::string name;
    std::uint64_t bytes = 0;             ///< of what is in it
    std::uint64_t compressed_bytes = 0;  ///< that it takes in the file
    std::uint64_t place = 0;             ///< in the directory, for minizip
    std::uint64_t number = 0;            ///< in the directory, from 0
  };

  /// Reads the directory. Throws InputError "file: place: problem" for what is no archive, has more than 4,096 members, two
  /// of one name, members that lie in one another or beyond the end, that are encrypted or compressed in another way, or that
  /// claim more bytes than their compressed ones can hold.
  explicit ZipArchive(const std::filesystem::path& path);

  /// In the archive's order.
  const std::vector<Member>& members() const { return members_; }
  /// Opens a member, which closes the one that was opened before; `place` names it in messages. Throws InputError.
  std::unique_ptr<ByteStream> open(const Member& member, const std::string& place) const;

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& problem) const;
  Member read_member();
  void check_places(std::uint64_t file_bytes) const;

  std::filesystem::path path_;
  std::shared_ptr<void> archive_;  ///< minizip's
  std::vector<Member> members_;
};

}  // namespace gramscope
