#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/byte_stream.h"
#include "core/io/stored_array.h"

namespace gramscope {

/// An array of a file, opened: how it lies there, and its elements.
struct OpenArray {
  StoredArray layout;
  std::unique_ptr<ByteStream> elements;
  std::uint64_t stored_bytes = 0;  ///< that they take in the file
};

/// A file of named arrays, each of which is read when it is asked for and not before.
class ArrayFile {
 public:
  explicit ArrayFile(std::filesystem::path path) : path_(std::move(path)) {}
  virtual ~ArrayFile() = default;
  ArrayFile(const ArrayFile&) = delete;
  ArrayFile& operator=(const ArrayFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// In the file's order, each once.
  const std::vector<std::string>& names() const { return names_; }
  bool has(std::string_view name) const;
  /// Opens an array of names(), which closes the one opened before. Throws InputError "file: name: problem".
  virtual OpenArray open(const std::string& name) const = 0;
  /// Texts that are kept beside the arrays: the metadata of a .safetensors file, the values JSON or not.
  const std::map<std::string, std::string>& texts() const { return texts_; }

  [[noreturn]] void fail(const std::string& place, const std::string& problem) const;

 protected:
  std::filesystem::path path_;
  std::vector<std::string> names_;
  std::map<std::string, std::string> texts_;
};

/// The name of the only array of a .npy file.
inline constexpr const char* kLoneArray = "H";

/// Opens an .npz, .npy or .safetensors file, known by its first bytes (by the end of its name where they tell nothing).
/// Throws InputError "file: place: problem"; for pickles, which is what PyTorch's .pt, .pth, .bin and .ckpt are, and for
/// arrays of Python objects, with a line of Python that converts the file.
std::unique_ptr<ArrayFile> open_array_file(const std::filesystem::path& path);

}  // namespace gramscope
