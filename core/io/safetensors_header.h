#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/byte_stream.h"
#include "core/io/stored_array.h"

namespace gramscope {

/// A tensor as the header of a .safetensors file has it.
struct TensorEntry {
  std::string name;
  StoredArray array;  ///< in C order; ElementKind::unread for types of which only the size is known (complex, 8-bit floats)
  std::uint64_t begin = 0;  ///< in the data
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;             ///< in the order of the header
  std::map<std::string, std::string> metadata;  ///< __metadata__
  std::uint64_t data_begin = 0;                 ///< in the file
};

/// The most bytes of a header that are read: that of a model with ten thousand tensors has one.
inline constexpr std::uint64_t kMostHeaderBytes = std::uint64_t{16} << 20;
/// The most tensors of a file that is read.
inline constexpr std::size_t kMostTensors = 100'000;

/// Takes the header off the stream, which leaves the data. Throws InputError "where: place: problem" unless it is well
/// formed JSON with nothing but what the format has, every tensor has as many bytes as its type and shape need, and
/// together they fill the rest of the stream without gap or overlap. Memory: a few times the length of the header.
SafetensorsHeader take_safetensors_header(ByteStream& stream);

/// A JSON array of strings: how lists of texts are kept in the metadata. Throws InputError beginning with `where`.
std::vector<std::string> parse_text_list(std::string_view json, const std::string& where);

}  // namespace gramscope
