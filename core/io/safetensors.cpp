#include "core/io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/io/atomic_file.h"
#include "core/registry/error.h"

namespace gramscope {

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxTensorHeader = 100'000'000;  // of the format's reference implementation
constexpr std::size_t kMaxFile = std::size_t{8} << 30;
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

/// Sixteen bits of which `exponent_bits` are the exponent: F16 (5) and BF16 (8).
double from_half(std::uint16_t bits, int exponent_bits) {
  const int fraction_bits = 15 - exponent_bits;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == (1 << exponent_bits) - 1)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
  return sign * std::ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
}

template <class Stored, class Convert>
MatrixD matrix_from_rows(std::string_view bytes, Index rows, Index cols, const Convert& convert) {
  MatrixD matrix(rows, cols);
  const char* next = bytes.data();
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j, next += sizeof(Stored)) {
      Stored value;
      std::memcpy(&value, next, sizeof value);
      matrix(i, j) = convert(value);
    }
  }
  return matrix;
}

struct TensorType {
  std::string_view name;
  std::size_t bytes;
};
constexpr TensorType kTypes[] = {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}};

MatrixD matrix_of(const TensorType& type, std::string_view bytes, Index rows, Index cols) {
  if (type.name == "F64") return matrix_from_rows<double>(bytes, rows, cols, [](double x) { return x; });
  if (type.name == "F32") return matrix_from_rows<float>(bytes, rows, cols, [](float x) { return double{x}; });
  const int exponent_bits = type.name == "F16" ? 5 : 8;
  return matrix_from_rows<std::uint16_t>(bytes, rows, cols,
                                         [&](std::uint16_t x) { return from_half(x, exponent_bits); });
}

/// A tensor as the header has it.
struct Entry {
  std::string name;
  TensorType type;
  Index rows = 1;
  Index cols = 1;
  std::size_t begin = 0;  ///< in the data
  std::size_t end = 0;
};

class Parser {
 public:
  Parser(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  std::map<std::string, MatrixD> parse() {
    const Json header = take_header();
    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items())
      if (name != kMetadata) entries.push_back(entry_of(name, value));
    check_places(entries);
    std::map<std::string, MatrixD> tensors;
    for (const auto& entry : entries)
      tensors.emplace(entry.name, matrix_of(entry.type, bytes_.substr(entry.begin, entry.end - entry.begin),
                                            entry.rows, entry.cols));
    return tensors;
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& problem) const {
    throw InputError(fmt::format("{}: {}: {}", where_, place, problem));
  }
  [[noreturn]] void fail_at(const std::string& tensor, const std::string& problem) const {
    fail("tensor " + tensor.substr(0, 100), problem);
  }

  /// Takes the header off the bytes, which leaves the data.
  Json take_header() {
    std::uint64_t length = 0;
    if (bytes_.size() < sizeof length) fail("header", "cut short: the file has fewer than 8 bytes");
    std::memcpy(&length, bytes_.data(), sizeof length);
    bytes_.remove_prefix(sizeof length);
    if (length > kMaxTensorHeader)
      fail("header", fmt::format("{} bytes long, more than {}", length, kMaxTensorHeader));
    if (length > bytes_.size())
      fail("header", fmt::format("cut short: {} bytes long, and the file has {} after its length", length,
                                 bytes_.size()));
    const auto text = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    if (!text.starts_with('{')) fail("header", "not a safetensors file (the header is no JSON object)");
    return parsed(text);
  }

  /// JSON, of which a key that comes twice is refused: the second would silently win.
  Json parsed(std::string_view text) const {
    std::vector<std::set<std::string>> keys;
    std::string twice;
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
        twice = value.get<std::string>();
      return true;
    };
    try {
      Json header = Json::parse(text.begin(), text.end(), watch);
      if (!twice.empty()) fail("header", "the key " + twice.substr(0, 100) + " comes twice");
      return header;
    } catch (const Json::exception& error) {
      fail("header", std::string("not valid JSON: ") + error.what());
    }
  }

  Entry entry_of(const std::string& name, const Json& value) const {
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") || !value.contains("data_offsets"))
      fail_at(name, "needs dtype, shape and data_offsets");
    Entry entry;
    entry.name = name;
    entry.type = type_of(name, value.at("dtype"));
    const auto shape = numbers_of(name, "shape", value.at("shape"));
    const auto offsets = numbers_of(name, "data_offsets", value.at("data_offsets"));
    if (shape.size() > 2) fail_at(name, fmt::format("has {} dimensions, of which at most 2 are read", shape.size()));
    if (offsets.size() != 2) fail_at(name, "data_offsets must be two numbers");
    entry.begin = offsets[0];
    entry.end = offsets[1];
    if (entry.begin > entry.end || entry.end > bytes_.size())
      fail_at(name, fmt::format("lies at bytes {} to {} of the data, which has {}", entry.begin, entry.end,
                                bytes_.size()));
    // Factor by factor, so that the product cannot overflow; an extent of 0 makes the others meaningless.
    const std::size_t elements = (entry.end - entry.begin) / entry.type.bytes;
    std::size_t count = 1;
    bool is_possible = true;
    if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) {
      count = 0;
      is_possible = std::all_of(shape.begin(), shape.end(), [](std::size_t extent) { return extent <= kMaxFile; });
    } else {
      for (const auto extent : shape) {
        is_possible = is_possible && extent <= elements / count;
        if (is_possible) count *= extent;
      }
    }
    if (!is_possible || count * entry.type.bytes != entry.end - entry.begin)
      fail_at(name, fmt::format("{} bytes of data are not what {} of the shape {} takes", entry.end - entry.begin,
                                entry.type.name, value.at("shape").dump()));
    if (!shape.empty()) entry.rows = static_cast<Index>(shape[0]);
    if (shape.size() == 2) entry.cols = static_cast<Index>(shape[1]);
    return entry;
  }

  TensorType type_of(const std::string& name, const Json& value) const {
    if (value.is_string())
      for (const auto& type : kTypes)
        if (type.name == value.get<std::string>()) return type;
    fail_at(name, "the type " + value.dump().substr(0, 40) + " is not read (known: F64, F32, F16 and BF16)");
  }

  std::vector<std::size_t> numbers_of(const std::string& name, const char* key, const Json& value) const {
    std::vector<std::size_t> numbers;
    const bool is_list = value.is_array() && std::all_of(value.begin(), value.end(),
                                                         [](const Json& item) { return item.is_number_unsigned(); });
    if (!is_list) fail_at(name, std::string(key) + " must be a list of whole numbers");
    for (const auto& item : value) numbers.push_back(item.get<std::size_t>());
    return numbers;
  }

  /// The tensors must fill the data from the first byte to the last, each its own.
  void check_places(std::vector<Entry>& entries) const {
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::size_t end = 0;
    for (const auto& entry : entries) {
      if (entry.begin < end)
        fail_at(entry.name, fmt::format("begins at byte {} of the data, inside another", entry.begin));
      if (entry.begin > end)
        fail_at(entry.name, fmt::format("begins at byte {} of the data, and what is before it ends at {}", entry.begin,
                                        end));
      end = entry.end;
    }
    if (end != bytes_.size())
      fail("data", fmt::format("{} bytes, of which the tensors take {}", bytes_.size(), end));
  }

  std::string_view bytes_;
  const std::string& where_;
};

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
  return Parser(bytes, where).parse();
}

std::map<std::string, MatrixD> read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path, kMaxFile), path.string());
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
