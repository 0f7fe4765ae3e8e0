#include "core/io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "core/text/unicode.h"
#include "core/registry/error.h"

namespace gramscope {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = 1 << 16;
constexpr std::size_t kMaxDimensions = 32;
constexpr std::size_t kMostElementBytes = std::size_t{1} << 24;

template <class T>
void append_raw(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// The preamble and dictionary, padded so that the data begins at a multiple of 64 bytes.
std::string header(std::string_view dtype, const std::vector<std::size_t>& shape) {
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", dtype, shape_text(shape));
  const std::size_t before = kMagic.size() + 4;
  dictionary.append(63 - (before + dictionary.size()) % 64, ' ');
  dictionary += '\n';
  std::string bytes(kMagic);
  bytes += '\x01';
  bytes += '\x00';
  append_raw(bytes, static_cast<std::uint16_t>(dictionary.size()));
  return bytes + dictionary;
}

struct Body {
  const std::vector<std::size_t>& shape;

  std::string operator()(const std::vector<double>& values) const { return numbers("<f8", values); }
  std::string operator()(const std::vector<float>& values) const { return numbers("<f4", values); }
  std::string operator()(const std::vector<std::int64_t>& values) const { return numbers("<i8", values); }
  std::string operator()(const std::vector<bool>& values) const {
    auto bytes = header("|b1", shape);
    for (const bool value : values) bytes += value ? '\x01' : '\x00';
    return bytes;
  }
  std::string operator()(const std::vector<std::string>& values) const {
    std::vector<std::u32string> texts;
    std::size_t width = 1;  // NumPy reads '<U0' as a width yet to be chosen
    for (const auto& value : values) {
      texts.push_back(utf32(value));
      width = std::max(width, texts.back().size());
    }
    auto bytes = header("<U" + std::to_string(width), shape);
    for (auto& text : texts) {
      text.resize(width, U'\0');
      bytes.append(reinterpret_cast<const char*>(text.data()), width * sizeof(char32_t));
    }
    return bytes;
  }

 private:
  template <class T>
  std::string numbers(std::string_view dtype, const std::vector<T>& values) const {
    auto bytes = header(dtype, shape);
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    return bytes;
  }
};

/// The dictionary of a .npy header: a Python literal of which three keys and three kinds of values are
/// understood.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  struct Result {
    std::string dtype;
    bool is_fortran = false;
    std::vector<std::size_t> shape;
  };

  Result parse() {
    Result result;
    bool has_dtype = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      // Python would let the last of two win.
      if ((key == "descr" && has_dtype) || (key == "fortran_order" && has_order) || (key == "shape" && has_shape))
        fail(fmt::format("'{}' is there twice", key));
      if (key == "descr") {
        result.dtype = accept('[') ? records() : quoted();
        has_dtype = true;
      } else if (key == "fortran_order") {
        result.is_fortran = truth();
        has_order = true;
      } else if (key == "shape") {
        result.shape = tuple();
        has_shape = true;
      } else {
        fail("an unknown key '" + shown_name(key) + "'");
      }
      if (accept(',')) continue;
      expect('}');
      break;
    }
    if (!has_dtype || !has_order || !has_shape) fail("needs 'descr', 'fortran_order' and 'shape'");
    skip_space();
    if (position_ != text_.size()) fail(fmt::format("goes on after its end, at byte {}", position_));
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw InputError(fmt::format("{}: array header: {}", where_, problem));
  }
  void skip_space() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
  }
  bool accept(char c) {
    skip_space();
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}' expected at byte {}", c, position_));
  }
  std::string quoted() {
    skip_space();
    if (position_ >= text_.size() || (text_[position_] != '\'' && text_[position_] != '"'))
      fail(fmt::format("a quoted text expected at byte {}", position_));
    const char quote = text_[position_++];
    const auto end = text_.find(quote, position_);
    if (end == std::string_view::npos) fail("an unfinished text");
    std::string result(text_.substr(position_, end - position_));
    position_ = end + 1;
    return result;
  }
  /// Passes over the fields of a structured array, whose '[' has been taken: brackets are counted, texts left out.
  std::string records() {
    for (int depth = 1; depth > 0;) {
      if (position_ >= text_.size()) fail("an unfinished list");
      const char c = text_[position_];
      if (c == '\'' || c == '"') {
        quoted();
        continue;
      }
      if (c == '[') ++depth;
      if (c == ']') --depth;
      ++position_;
    }
    return "records";
  }
  bool truth() {
    skip_space();
    for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {"False", false}}) {
      if (text_.substr(position_).starts_with(word)) {
        position_ += word.size();
        return value;
      }
    }
    fail("fortran_order must be True or False");
  }
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::size_t extent = 0;
      const auto* begin = text_.data() + position_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), extent);
      if (error != std::errc()) fail("the shape must be a tuple of whole numbers");
      position_ += static_cast<std::size_t>(end - begin);
      if (shape.size() == kMaxDimensions) fail(fmt::format("more than {} dimensions", kMaxDimensions));
      shape.push_back(extent);
      if (accept(',')) continue;
      expect(')');
      break;
    }
    return shape;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t position_ = 0;
};

/// For each position in C order, the position in Fortran order of the same shape.
std::vector<std::size_t> fortran_positions(const std::vector<std::size_t>& shape, std::size_t count) {
  std::vector<std::size_t> stride(shape.size(), 1);
  for (std::size_t i = 1; i < shape.size(); ++i) stride[i] = stride[i - 1] * shape[i - 1];
  std::vector<std::size_t> index(shape.size(), 0), positions(count);
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t i = 0; i < shape.size(); ++i) positions[n] += index[i] * stride[i];
    for (std::size_t i = shape.size(); i-- > 0;) {
      if (++index[i] < shape[i]) break;
      index[i] = 0;
    }
  }
  return positions;
}

/// "<f4", "|b1", ">U12"; records and types that are not read are `unread`.
ElementType element_type(std::string_view dtype) {
  ElementType type;
  type.name = shown_name(dtype);
  std::size_t number = 0;
  if (dtype.size() < 3 || std::string_view("<>|=").find(dtype[0]) == std::string_view::npos) return type;
  const char* const last = dtype.data() + dtype.size();
  const auto [end, error] = std::from_chars(dtype.data() + 2, last, number);
  if (error != std::errc() || end != last || number > kMostElementBytes) return type;
  const auto is_one_of = [number](std::initializer_list<std::size_t> sizes) {
    return std::find(sizes.begin(), sizes.end(), number) != sizes.end();
  };
  const auto read_as = [&](ElementKind kind, std::size_t bytes, std::string name) {
    type.kind = kind;
    type.bytes = bytes;
    // '=' is the machine's own order, and '|' none, for what has no bytes to order.
    type.is_swapped = dtype[0] == '>' && kind != ElementKind::octets;
    type.name = std::move(name);
  };
  const char kind = dtype[1];
  if (kind == 'f' && is_one_of({2, 4, 8})) read_as(ElementKind::real, number, fmt::format("float{}", 8 * number));
  if (kind == 'i' && is_one_of({1, 2, 4, 8})) read_as(ElementKind::integer, number, fmt::format("int{}", 8 * number));
  if (kind == 'u' && is_one_of({1, 2, 4, 8})) read_as(ElementKind::natural, number, fmt::format("uint{}", 8 * number));
  if (kind == 'b' && number == 1) read_as(ElementKind::truth, 1, "bool");
  if (kind == 'U') read_as(ElementKind::text, 4 * number, "text");
  if (kind == 'S') read_as(ElementKind::octets, number, "bytes");
  return type;
}

template <class Kept>
Array::Values parse_reals(ByteStream& stream, std::size_t count, const ElementType& type) {
  std::string bytes(count * type.bytes, '\0');
  stream.take(bytes.data(), bytes.size());
  std::vector<double> values(count);
  convert_to_reals(bytes.data(), count, type, values.data());
  if constexpr (std::is_same_v<Kept, double>)
    return values;
  else
    return std::vector<Kept>(values.begin(), values.end());
}

/// The elements in the order of the file.
Array::Values parse_values(ByteStream& stream, const StoredArray& array, std::size_t count) {
  const StoredArray in_a_row{array.type, {count}, false};
  if (array.type.is_text()) return read_texts(stream, in_a_row);
  if (array.type.is_real())
    return array.type.bytes == 8 ? parse_reals<double>(stream, count, array.type)
                                 : parse_reals<float>(stream, count, array.type);
  const auto values = read_integers(stream, in_a_row);
  if (array.type.kind == ElementKind::truth) return std::vector<bool>(values.begin(), values.end());
  return values;
}

}  // namespace

std::size_t element_count(const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const auto extent : shape) count *= extent;
  return count;
}

Array matrix_array(const Eigen::Ref<const MatrixD>& matrix) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(matrix.size()));
  for (Index i = 0; i < matrix.rows(); ++i)
    for (Index j = 0; j < matrix.cols(); ++j) values.push_back(matrix(i, j));
  return {{static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())},
          std::move(values)};
}

Array real_array(std::vector<double> values) {
  const std::size_t count = values.size();
  return {{count}, std::move(values)};
}

Array integer_array(std::vector<std::int64_t> values, std::vector<std::size_t> shape) {
  return {std::move(shape), std::move(values)};
}

Array text_array(std::vector<std::string> values) {
  const auto size = values.size();
  return {{size}, std::move(values)};
}

std::string npy_bytes(const Array& array) {
  const auto count = std::visit([](const auto& values) { return values.size(); }, array.values);
  if (count != element_count(array.shape))
    throw RuntimeError(
        fmt::format("an array of {} values cannot have the shape {}", count, shape_text(array.shape)));
  return std::visit(Body{array.shape}, array.values);
}

StoredArray take_npy_header(ByteStream& stream) {
  const auto fail = [&](const std::string& problem) {
    return InputError(fmt::format("{}: array header: {}", stream.where(), problem));
  };
  const auto take = [&](std::size_t count) {
    if (count > stream.left()) throw fail("cut short");
    std::string bytes(count, '\0');
    stream.take(bytes.data(), count);
    return bytes;
  };
  if (stream.left() < kMagic.size() || take(kMagic.size()) != kMagic)
    throw fail("not a NumPy array (the first bytes are not \\x93NUMPY)");
  const int version = static_cast<unsigned char>(take(2)[0]);
  if (version < 1 || version > 3) throw fail(fmt::format("format {} is not known", version));
  std::uint32_t length = 0;
  const std::string field = take(version == 1 ? 2 : 4);
  std::memcpy(&length, field.data(), field.size());
  if (length > kMaxHeader) throw fail(fmt::format("{} bytes long, more than {}", length, kMaxHeader));
  const std::string dictionary = take(length);
  const auto header = HeaderParser(dictionary, stream.where()).parse();
  if (header.dtype.size() > 1 && header.dtype[1] == 'O')
    throw PickledArray(fmt::format("{}: array header: '{}': pickled Python objects, which are not read", stream.where(),
                                   shown_name(header.dtype)));
  return {element_type(header.dtype), header.shape, header.is_fortran};
}

Array read_npy(ByteStream& stream) {
  const StoredArray stored = take_npy_header(stream);
  if (stored.type.kind == ElementKind::unread) {
    throw InputError(
        fmt::format("{}: array header: type '{}' is not read (known: f2 to f8, i1 to i8, u1 to u8, b1, U and S)",
                    stream.where(), stored.type.name));
  }
  const std::size_t count = checked_count(stored, stream);
  Array array{stored.shape, parse_values(stream, stored, count)};
  if (stored.is_fortran && stored.shape.size() > 1) {
    const auto positions = fortran_positions(stored.shape, count);
    std::visit(
        [&](auto& values) {
          auto ordered = values;
          for (std::size_t i = 0; i < count; ++i) ordered[i] = values[positions[i]];
          values = std::move(ordered);
        },
        array.values);
  }
  stream.finish();
  return array;
}

Array parse_npy(std::string_view bytes, const std::string& where) {
  MemoryStream stream(where, bytes);
  return read_npy(stream);
}

}  // namespace gramscope
