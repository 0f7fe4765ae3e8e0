#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace gramscope {

/// Bytes that are read once, from the first to the last; how many there are is known before.
class ByteStream {
 public:
  /// `where` begins the messages: "file: place".
  ByteStream(std::string where, std::uint64_t bytes) : where_(std::move(where)), left_(bytes) {}
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  const std::string& where() const { return where_; }
  std::uint64_t left() const { return left_; }

  /// Copies the next `count` bytes. Throws InputError where there are fewer.
  void take(char* to, std::size_t count);
  /// To be called after the last byte: throws InputError where what only the end can tell (a checksum) is wrong. Again does
  /// nothing.
  void finish();

 protected:
  virtual void check_end() {}
  /// The next `count` bytes, of which so many are promised. Throws InputError if they are not there.
  virtual void get(char* to, std::size_t count) = 0;

 private:
  std::string where_;
  std::uint64_t left_;
  bool is_finished_ = false;
};

/// Of bytes in memory, which must outlive it.
class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::string where, std::string_view bytes) : ByteStream(std::move(where), bytes.size()), bytes_(bytes) {}

 private:
  void get(char* to, std::size_t count) override;
  std::string_view bytes_;
};

/// A regular file that is open for reading.
class InputFile {
 public:
  /// Throws InputError "file: reason" for what is missing, cannot be read, or is no regular file: a named pipe is refused,
  /// not waited for.
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t bytes() const { return bytes_; }  ///< when it was opened
  /// Reads `count` bytes from `offset` on; returns how many there were.
  std::size_t read(std::uint64_t offset, char* to, std::size_t count) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
};

/// Of a part of a file.
class FileStream final : public ByteStream {
 public:
  FileStream(std::string where, std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t bytes)
      : ByteStream(std::move(where), bytes), file_(std::move(file)), offset_(offset) {}

 private:
  void get(char* to, std::size_t count) override;
  std::shared_ptr<const InputFile> file_;
  std::uint64_t offset_;
};

/// Text out of a file as messages show it: nothing that a terminal would obey.
std::string shown_text(std::string_view text);
/// A name out of a file, of which messages show at most 80 bytes.
std::string shown_name(std::string_view name);

}  // namespace gramscope
