#include "core/io/safetensors.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/io/atomic_file.h"
#include "core/io/byte_stream.h"
#include "core/io/safetensors_header.h"
#include "core/registry/error.h"

namespace gramscope {

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadata = "__metadata__";

template <class T>
std::string row_major_bytes(const MatrixD& matrix) {
  std::string bytes(static_cast<std::size_t>(matrix.size()) * sizeof(T), '\0');
  char* next = bytes.data();
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j, next += sizeof(T)) {
      const auto value = static_cast<T>(matrix(i, j));
      std::memcpy(next, &value, sizeof value);
    }
  }
  return bytes;
}

/// A tensor of at most two dimensions, which the stream stands at.
MatrixD read_tensor(ByteStream& stream, const TensorEntry& entry) {
  const auto& [type, shape, is_fortran] = entry.array;
  if (!type.is_real())
    throw InputError(fmt::format("{}: the type {} is not read (known: F64, F32, F16 and BF16)", stream.where(), type.name));
  if (shape.size() > 2)
    throw InputError(fmt::format("{}: has {} dimensions, of which at most 2 are read", stream.where(), shape.size()));
  const std::vector<std::size_t> extents{shape.empty() ? 1 : shape[0], shape.size() < 2 ? 1 : shape[1]};
  return read_matrix(stream, {type, extents, is_fortran}, Placing::as_rows);
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const NamedMatrix> tensors,
                       TensorPrecision precision, std::span<const std::pair<std::string, std::string>> metadata) {
  const bool is_double = precision == TensorPrecision::f64;
  Json header = Json::object();
  for (const auto& [key, value] : metadata) header[kMetadata][key] = value;
  std::size_t end = 0;
  for (const auto& tensor : tensors) {
    const std::size_t begin = end;
    end += static_cast<std::size_t>(tensor.values.size()) * (is_double ? 8 : 4);
    header[tensor.name] = {{"dtype", is_double ? "F64" : "F32"},
                           {"shape", {tensor.values.rows(), tensor.values.cols()}},
                           {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // the data begins at a multiple of 8 bytes
  const auto length = static_cast<std::uint64_t>(text.size());

  AtomicFile file(path);
  file.write({reinterpret_cast<const char*>(&length), sizeof length});
  file.write(text);
  for (const auto& tensor : tensors)
    file.write(is_double ? row_major_bytes<double>(tensor.values) : row_major_bytes<float>(tensor.values));
  file.commit();
}

std::map<std::string, MatrixD> parse_safetensors(std::string_view bytes, const std::string& where) {
  MemoryStream stream(where, bytes);
  const auto header = take_safetensors_header(stream);
  const auto data = bytes.substr(static_cast<std::size_t>(header.data_begin));
  std::map<std::string, MatrixD> tensors;
  for (const auto& entry : header.tensors) {
    MemoryStream tensor(fmt::format("{}: tensor {}", where, shown_name(entry.name)),
                        data.substr(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.end - entry.begin)));
    tensors.emplace(entry.name, read_tensor(tensor, entry));
  }
  return tensors;
}

std::map<std::string, MatrixD> read_safetensors(const std::filesystem::path& path) {
  const auto file = std::make_shared<const InputFile>(path);
  FileStream stream(path.string(), file, 0, file->bytes());
  const auto header = take_safetensors_header(stream);
  std::map<std::string, MatrixD> tensors;
  for (const auto& entry : header.tensors) {
    FileStream tensor(fmt::format("{}: tensor {}", path.string(), shown_name(entry.name)), file,
                      header.data_begin + entry.begin, entry.end - entry.begin);
    tensors.emplace(entry.name, read_tensor(tensor, entry));
  }
  return tensors;
}

void write_weights(const std::filesystem::path& path, const Engine& engine) {
  const Config& config = engine.config();
  // "pt" is what readers for PyTorch look for: rows are contiguous.
  std::vector<std::pair<std::string, std::string>> metadata{{"format", "pt"},
                                                            {"preset", engine.preset()},
                                                            {"step", std::to_string(engine.step())},
                                                            {"run.seed", to_string(config.at("run.seed"))}};
  for (const auto& [key, value] : config.values())
    if (key.starts_with("model.")) metadata.emplace_back(key, to_string(value));
  const bool is_double = config.text("model.precision") == "double";
  write_safetensors(path, engine.weights(), is_double ? TensorPrecision::f64 : TensorPrecision::f32, metadata);
}

WeightReader weight_reader() {
  return [](const std::string& path) { return read_safetensors(path); };
}

}  // namespace gramscope
