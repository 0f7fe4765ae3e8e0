#include "core/io/checkpoint_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/io/atomic_file.h"
#include "core/io/checkpoint_json.h"
#include "core/io/safetensors_header.h"
#include "core/io/session.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/text/fnv1a.h"

namespace gramscope {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

namespace fs = std::filesystem;

namespace {

using MetadataJson = nlohmann::ordered_json;

// Every format has these, so that any version can tell a damaged file from a newer one.
constexpr std::string_view kBeforeDigest = R"({"__metadata__":{"digest":")";
constexpr std::size_t kDigestDigits = 16;
constexpr std::uint64_t kDigestPlace = sizeof(std::uint64_t) + kBeforeDigest.size();
constexpr const char* kFormatKey = "format";
constexpr const char* kVersionKey = "gramscope";
constexpr const char* kCpuKey = "cpu";

constexpr std::int64_t kCheckpointFormat = 1;
constexpr const char* kRunTensor = "run";
constexpr std::size_t kBlock = std::size_t{1} << 20;

template <class T>
using RowsInFile = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
std::string_view bytes_of(const RowsInFile<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), static_cast<std::size_t>(values.size()) * sizeof(T)};
}

std::uint64_t bytes_of(const StoredRun::Tensor& tensor) {
  return std::visit(
      [](const auto& values) { return static_cast<std::uint64_t>(values.size()) * sizeof(*values.data()); },
      tensor);
}

/// Those of eight bytes first, so that all lie at multiples of their size.
std::vector<const std::pair<const std::string, StoredRun::Tensor>*> in_file_order(const StoredRun& run) {
  std::vector<const std::pair<const std::string, StoredRun::Tensor>*> order;
  for (const auto& tensor : run.tensors) order.push_back(&tensor);
  std::stable_partition(order.begin(), order.end(),
                        [](const auto* tensor) { return std::holds_alternative<MatrixD>(tensor->second); });
  return order;
}

/// With zeros for the digest.
std::string header_text(const StoredRun& run, std::size_t json_bytes, const fs::path& path) {
  MetadataJson header;
  header["__metadata__"] = {{"digest", std::string(kDigestDigits, '0')},
                            {kFormatKey, std::to_string(kCheckpointFormat)},
                            {kVersionKey, std::string(version())},
                            {kCpuKey, processor_name()}};
  std::uint64_t end = 0;
  for (const auto* tensor : in_file_order(run)) {
    const std::uint64_t begin = end;
    end += bytes_of(tensor->second);
    std::visit(
        [&](const auto& values) {
          header[tensor->first] = {{"dtype", sizeof(*values.data()) == 8 ? "F64" : "F32"},
                                   {"shape", {values.rows(), values.cols()}},
                                   {"data_offsets", {begin, end}}};
        },
        tensor->second);
  }
  header[kRunTensor] = {{"dtype", "U8"}, {"shape", {json_bytes}}, {"data_offsets", {end, end + json_bytes}}};
  std::string text;
  try {
    text = header.dump();
  } catch (const MetadataJson::type_error&) {
    throw RuntimeError(
        fmt::format("{}: cannot be written: the name of a tensor is not UTF-8", path.string()));
  }
  text.append((8 - text.size() % 8) % 8, ' ');  // the data begins at a multiple of 8 bytes
  if (run.tensors.size() + 1 > kMostTensors || text.size() > kMostHeaderBytes)
    throw RuntimeError(
        fmt::format("{}: cannot be written: {} tensors are more than a file holds; save again when fewer "
                    "recorded steps wait for L_mm",
                    path.string(), run.tensors.size()));
  return text;
}

/// The digest of all bytes but its own, as it is and as the file says.
struct Digests {
  std::string found;
  std::string said;
};

Digests digests_of(const InputFile& file) {
  Fnv1a digest;
  Digests digests;
  std::string block(kBlock, '\0');
  for (std::uint64_t at = 0; at < file.bytes();) {
    const auto got = file.read(at, block.data(), block.size());
    if (got == 0) break;  // it is shorter than it was
    std::string_view bytes(block.data(), got);
    if (at == 0) {
      digest.add(bytes.substr(0, kDigestPlace));
      digests.said = bytes.substr(kDigestPlace, kDigestDigits);
      bytes.remove_prefix(kDigestPlace + kDigestDigits);
    }
    digest.add(bytes);
    at += got;
  }
  digests.found = digest.digits();
  return digests;
}

void require_intact(const InputFile& file) {
  const std::string name = file.path().string();
  std::string beginning(kDigestPlace + kDigestDigits, '\0');
  const auto got = file.read(0, beginning.data(), beginning.size());
  if (got < beginning.size())
    throw InputError(fmt::format(
        "{}: damaged: {} bytes are too few for a checkpoint; it may have been cut short", name, got));
  if (std::string_view(beginning).substr(sizeof(std::uint64_t), kBeforeDigest.size()) != kBeforeDigest)
    throw InputError(
        fmt::format("{}: does not begin like a checkpoint: it is another file, or damaged", name));
  const auto digests = digests_of(file);
  if (digests.found != digests.said)
    throw InputError(
        fmt::format("{}: damaged: the digest of its bytes is {}, and must be {}; it may have been cut short",
                    name, digests.found, shown_name(digests.said)));
}

const std::string& metadata_text(const SafetensorsHeader& header, const char* key, const std::string& name) {
  const auto found = header.metadata.find(key);
  if (found == header.metadata.end()) throw InputError(fmt::format("{}: header: {}: is missing", name, key));
  return found->second;
}

void require_format(const SafetensorsHeader& header, const std::string& name) {
  const std::string& text = metadata_text(header, kFormatKey, name);
  std::int64_t format = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), format);
  if (error != std::errc{} || end != text.data() + text.size() || format < 1)
    throw InputError(fmt::format("{}: header: {}: must be a number from 1, and is {}", name, kFormatKey,
                                 shown_name(text)));
  if (format > kCheckpointFormat)
    throw InputError(fmt::format(
        "{}: written by gramscope {} in format {}, and {} reads format {}: use that version or a newer one",
        name, shown_name(metadata_text(header, kVersionKey, name)), format, version(), kCheckpointFormat));
}

/// A tensor in its own precision. Its bytes are those that its shape needs: the header has been checked.
template <class T>
Matrix<T> take_matrix(ByteStream& stream, const std::vector<std::size_t>& shape) {
  RowsInFile<T> values(static_cast<Index>(shape[0]), static_cast<Index>(shape[1]));
  stream.take(reinterpret_cast<char*>(values.data()), static_cast<std::size_t>(values.size()) * sizeof(T));
  return values;
}

StoredRun::Tensor take_tensor(ByteStream& stream, const StoredArray& array) {
  const bool is_real =
      array.type.kind == ElementKind::real && (array.type.bytes == 4 || array.type.bytes == 8);
  if (!is_real || array.shape.size() != 2)
    throw InputError(
        fmt::format("{}: is {} of the shape {}, and must be float32 or float64 of two dimensions",
                    stream.where(), array.type.name, shape_text(array.shape)));
  if (array.type.bytes == 4) return take_matrix<float>(stream, array.shape);
  return take_matrix<double>(stream, array.shape);
}

}  // namespace

std::string CheckpointFile::difference() const {
  std::string text;
  if (version != gramscope::version())
    text = fmt::format("written by gramscope {} (this is {})", version, gramscope::version());
  if (const auto here = processor_name(); cpu != here)
    text +=
        fmt::format("{}on another processor, {} (this is {})", text.empty() ? "written " : ", ", cpu, here);
  return text;
}

void save_checkpoint(const fs::path& path, const StoredRun& run, const SavingCalls& calls) {
  const std::string json = checkpoint_json(run, path.string());
  const std::string header = header_text(run, json.size(), path);
  const auto length = static_cast<std::uint64_t>(header.size());

  AtomicFile file(path, calls);
  Fnv1a digest;
  const auto write = [&](std::string_view bytes) {
    digest.add(bytes);
    file.write(bytes);
  };
  const auto after_digest = kDigestPlace + kDigestDigits - sizeof length;
  write({reinterpret_cast<const char*>(&length), sizeof length});
  write(std::string_view(header).substr(0, kBeforeDigest.size()));
  file.write(std::string_view(header).substr(kBeforeDigest.size(), kDigestDigits));
  write(std::string_view(header).substr(after_digest));
  for (const auto* tensor : in_file_order(run))
    std::visit([&]<class T>(const Matrix<T>& values) { write(bytes_of<T>(RowsInFile<T>(values))); },
               tensor->second);
  write(json);
  file.write_at(kDigestPlace, digest.digits());
  file.commit();
}

CheckpointFile load_checkpoint(const fs::path& path, std::uint64_t limit) {
  const std::string name = path.string();
  const auto file = std::make_shared<const InputFile>(path);
  if (file->bytes() > limit)
    throw InputError(
        fmt::format("{}: has {} bytes, more than the {} that are read", name, file->bytes(), limit));
  require_intact(*file);
  FileStream stream(name, file, 0, file->bytes());
  const auto header = take_safetensors_header(stream);
  require_format(header, name);

  CheckpointFile checkpoint;
  checkpoint.version = metadata_text(header, kVersionKey, name);
  checkpoint.cpu = metadata_text(header, kCpuKey, name);
  auto& run = checkpoint.run;
  run.where = name;
  std::string json;
  for (const auto& entry : header.tensors) {
    FileStream bytes(fmt::format("{}: tensor {}", name, shown_name(entry.name)), file,
                     header.data_begin + entry.begin, entry.end - entry.begin);
    if (entry.name == kRunTensor) {
      json.resize(static_cast<std::size_t>(bytes.left()));
      bytes.take(json.data(), json.size());
    } else {
      run.tensors.emplace(entry.name, take_tensor(bytes, entry.array));
    }
  }
  if (json.empty()) throw InputError(fmt::format("{}: tensor {}: is missing", name, kRunTensor));
  parse_checkpoint_json(json, run);
  return checkpoint;
}

}  // namespace gramscope
