#include "core/io/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "core/registry/error.h"

namespace gramscope {

namespace {

using HeaderJson = nlohmann::json;

constexpr std::string_view kMetadataKey = "__metadata__";
constexpr std::size_t kMostTensorDimensions = 32;
/// Larger than any file: what an extent beside one of 0 may be at most.
constexpr std::uint64_t kMostExtent = std::uint64_t{1} << 48;

struct NamedElementType {
  std::string_view key;
  ElementKind kind;
  std::size_t bytes;
  const char* name;
};
constexpr NamedElementType kElementTypes[] = {
    {"F64", ElementKind::real, 8, "float64"},      {"F32", ElementKind::real, 4, "float32"},
    {"F16", ElementKind::real, 2, "float16"},      {"BF16", ElementKind::brain, 2, "bfloat16"},
    {"I64", ElementKind::integer, 8, "int64"},     {"I32", ElementKind::integer, 4, "int32"},
    {"I16", ElementKind::integer, 2, "int16"},     {"I8", ElementKind::integer, 1, "int8"},
    {"U64", ElementKind::natural, 8, "uint64"},    {"U32", ElementKind::natural, 4, "uint32"},
    {"U16", ElementKind::natural, 2, "uint16"},    {"U8", ElementKind::natural, 1, "uint8"},
    {"BOOL", ElementKind::truth, 1, "bool"},       {"C64", ElementKind::unread, 8, "complex64"},
    {"F8_E4M3", ElementKind::unread, 1, "float8"}, {"F8_E5M2", ElementKind::unread, 1, "float8"},
    {"F8_E8M0", ElementKind::unread, 1, "float8"},
};

/// Takes JSON piece by piece and keeps nothing of it but what a handler wants. A handler throws for what it does not
/// want, so that nothing is ever nested deeper than it allows.
class JsonHandler : public nlohmann::json_sax<HeaderJson> {
 public:
  bool null() override { return unwanted("null"); }
  bool boolean(bool) override { return unwanted("a truth value"); }
  bool number_integer(number_integer_t) override { return unwanted("a negative number"); }
  bool number_unsigned(number_unsigned_t) override { return unwanted("a number"); }
  bool number_float(number_float_t, const string_t&) override { return unwanted("a number that is not whole"); }
  bool string(string_t&) override { return unwanted("a text"); }
  bool binary(binary_t&) override { return unwanted("binary data"); }
  bool start_object(std::size_t) override { return unwanted("an object"); }
  bool key(string_t&) override { return unwanted("a key"); }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return unwanted("a list"); }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw InputError(fmt::format("{}: not valid JSON at byte {}", json_, position));
  }

 protected:
  /// `json` names the text in messages.
  explicit JsonHandler(std::string json) : json_(std::move(json)) {}
  virtual bool unwanted(const char* what) = 0;
  std::string json_;
};

class TextListHandler final : public JsonHandler {
 public:
  explicit TextListHandler(const std::string& where) : JsonHandler(where) {}
  std::vector<std::string> take() { return std::move(texts_); }

  bool start_array(std::size_t) override {
    if (is_open_) unwanted("a list");
    return is_open_ = true;
  }
  bool string(string_t& text) override {
    if (!is_open_) unwanted("a text");
    if (texts_.size() == kMostTexts) throw InputError(fmt::format("{}: more than {} texts", json_, kMostTexts));
    texts_.push_back(std::move(text));
    return true;
  }

 private:
  bool unwanted(const char* what) override {
    throw InputError(fmt::format("{}: must be a JSON array of strings, and has {}", json_, what));
  }
  std::vector<std::string> texts_;
  bool is_open_ = false;
};

/// The header: {name: {"dtype": text, "shape": [..], "data_offsets": [begin, end]}, ..., "__metadata__": {text: text}}.
class HeaderHandler final : public JsonHandler {
 public:
  HeaderHandler(const std::string& where, SafetensorsHeader& header) : JsonHandler(where + ": header"), where_(where), header_(header) {}

  bool start_object(std::size_t) override {
    if (depth_ == 0) return ++depth_ == 1;
    if (depth_ > 1 || is_in_list_) return unwanted("an object");
    ++depth_;
    if (is_metadata_) return true;
    tensor_ = {};
    tensor_.name = name_;
    field_.clear();
    fields_.clear();
    return true;
  }
  bool end_object() override {
    if (--depth_ == 1 && !is_metadata_) finish_tensor();
    return true;
  }
  bool key(string_t& key) override {
    if (depth_ == 1) {
      if (!names_.insert(key).second) fail("header", "the key " + shown_name(key) + " comes twice");
      is_metadata_ = key == kMetadataKey;
      name_ = std::move(key);
      return true;
    }
    if (is_metadata_) {
      if (header_.metadata.contains(key)) fail(std::string(kMetadataKey), "the key " + shown_name(key) + " comes twice");
    } else {
      if (key != "dtype" && key != "shape" && key != "data_offsets")
        fail_tensor("has an unknown key " + shown_name(key));
      if (!fields_.insert(key).second) fail_tensor(key + " comes twice");
    }
    field_ = std::move(key);
    return true;
  }
  bool string(string_t& text) override {
    if (depth_ == 2 && is_metadata_ && !is_in_list_) {
      header_.metadata.emplace(field_, std::move(text));
      return true;
    }
    if (depth_ != 2 || field_ != "dtype") return unwanted("a text");
    for (const auto& type : kElementTypes)
      if (type.key == text) {
        tensor_.array.type = {type.kind, type.bytes, false, type.name};
        return true;
      }
    fail_tensor(fmt::format("the type \"{}\" is not known", shown_name(text)));
  }
  bool start_array(std::size_t) override {
    if (depth_ != 2 || is_metadata_ || is_in_list_ || (field_ != "shape" && field_ != "data_offsets"))
      return unwanted("a list");
    is_in_list_ = true;
    numbers_.clear();
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (!is_in_list_) return unwanted("a number");
    if (numbers_.size() == kMostTensorDimensions)
      fail_tensor(fmt::format("{} has more than {} numbers", field_, kMostTensorDimensions));
    numbers_.push_back(value);
    return true;
  }
  bool end_array() override {
    is_in_list_ = false;
    if (field_ == "shape") {
      tensor_.array.shape.assign(numbers_.begin(), numbers_.end());
      return true;
    }
    if (numbers_.size() != 2) fail_tensor("data_offsets must be two numbers");
    std::tie(tensor_.begin, tensor_.end) = std::pair(numbers_[0], numbers_[1]);
    return true;
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& problem) const {
    throw InputError(fmt::format("{}: {}: {}", where_, place, problem));
  }
  [[noreturn]] void fail_tensor(const std::string& problem) const { fail("tensor " + shown_name(name_), problem); }

  bool unwanted(const char* what) override {
    if (depth_ == 0) fail("header", "not a safetensors file (the header is no JSON object)");
    if (is_metadata_) fail(std::string(kMetadataKey), fmt::format("must hold texts, and has {}", what));
    if (depth_ == 1) fail_tensor(fmt::format("needs dtype, shape and data_offsets, and is {}", what));
    if (field_ == "dtype") fail_tensor(fmt::format("dtype must be a text, and is {}", what));
    fail_tensor(fmt::format("{} must be a list of whole numbers, and has {}", field_, what));
  }

  void finish_tensor() {
    if (fields_.size() != 3) fail_tensor("needs dtype, shape and data_offsets");
    if (header_.tensors.size() == kMostTensors) fail("header", fmt::format("more than {} tensors", kMostTensors));
    header_.tensors.push_back(std::move(tensor_));
  }

  const std::string& where_;
  SafetensorsHeader& header_;
  std::set<std::string> names_;
  std::set<std::string> fields_;
  std::string name_;   ///< of the tensor
  std::string field_;  ///< of the tensor or of the metadata
  TensorEntry tensor_;
  std::vector<std::uint64_t> numbers_;
  int depth_ = 0;
  bool is_metadata_ = false;
  bool is_in_list_ = false;
};

/// The tensors must lie within the data, take the bytes that they need, and fill it from the first byte to the last.
void check_places(const SafetensorsHeader& header, const ByteStream& stream) {
  const auto fail = [&](const TensorEntry& tensor, const std::string& problem) {
    throw InputError(fmt::format("{}: tensor {}: {}", stream.where(), shown_name(tensor.name), problem));
  };
  std::vector<const TensorEntry*> order;
  for (const auto& tensor : header.tensors) {
    if (tensor.begin > tensor.end || tensor.end > stream.left())
      fail(tensor, fmt::format("lies at bytes {} to {} of the data, which has {}", tensor.begin, tensor.end, stream.left()));
    // Extent by extent, so that the product cannot overflow; an extent of 0 makes the others meaningless.
    const auto& shape = tensor.array.shape;
    const std::uint64_t bytes = tensor.end - tensor.begin;
    const std::uint64_t elements = bytes / tensor.array.type.bytes;
    const bool is_empty = std::find(shape.begin(), shape.end(), 0u) != shape.end();
    std::uint64_t count = is_empty ? 0 : 1;
    bool is_possible = true;
    for (const std::uint64_t extent : shape) {
      is_possible = is_possible && extent <= (is_empty ? kMostExtent : elements / count);
      if (is_possible && !is_empty) count *= extent;
    }
    if (!is_possible || count * tensor.array.type.bytes != bytes)
      fail(tensor, fmt::format("{} bytes of data are not what {} of the shape {} takes", bytes, tensor.array.type.name,
                               shape_text(shape)));
    order.push_back(&tensor);
  }
  std::stable_sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t end = 0;
  for (const auto* tensor : order) {
    if (tensor->begin < end)
      fail(*tensor, fmt::format("begins at byte {} of the data, inside another", tensor->begin));
    if (tensor->begin > end)
      fail(*tensor, fmt::format("begins at byte {} of the data, and what is before it ends at {}", tensor->begin, end));
    end = tensor->end;
  }
  if (end != stream.left())
    throw InputError(fmt::format("{}: data: {} bytes, of which the tensors take {}", stream.where(), stream.left(), end));
}

}  // namespace

SafetensorsHeader take_safetensors_header(ByteStream& stream) {
  const auto fail = [&](const std::string& problem) {
    throw InputError(fmt::format("{}: header: {}", stream.where(), problem));
  };
  std::uint64_t length = 0;
  if (stream.left() < sizeof length) fail("cut short: the file has fewer than 8 bytes");
  stream.take(reinterpret_cast<char*>(&length), sizeof length);
  if (length > kMostHeaderBytes) fail(fmt::format("{} bytes long, more than {}", length, kMostHeaderBytes));
  if (length > stream.left())
    fail(fmt::format("cut short: {} bytes long, and the file has {} after its length", length, stream.left()));
  std::string text(static_cast<std::size_t>(length), '\0');
  stream.take(text.data(), text.size());
  if (!text.starts_with('{')) fail("not a safetensors file (the header is no JSON object)");
  SafetensorsHeader header;
  header.data_begin = sizeof length + length;
  HeaderHandler handler(stream.where(), header);
  HeaderJson::sax_parse(text, &handler);
  check_places(header, stream);
  return header;
}

std::vector<std::string> parse_text_list(std::string_view json, const std::string& where) {
  TextListHandler handler(where);
  HeaderJson::sax_parse(json.begin(), json.end(), &handler);
  return handler.take();
}

}  // namespace gramscope
