#include "core/io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include "core/text/unicode.h"
#include "core/registry/error.h"

namespace gramscope {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = 1 << 16;
constexpr std::size_t kMaxDimensions = 32;

template <class T>
void append_raw(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
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
      if (key == "descr") {
        skip_space();
        if (position_ < text_.size() && text_[position_] == '[')
          fail("a structured array, of which only plain ones are read");
        result.dtype = quoted();
        has_dtype = true;
      } else if (key == "fortran_order") {
        result.is_fortran = truth();
        has_order = true;
      } else if (key == "shape") {
        result.shape = tuple();
        has_shape = true;
      } else {
        fail("an unknown key '" + key.substr(0, 40) + "'");
      }
      if (accept(',')) continue;
      expect('}');
      break;
    }
    if (!has_dtype || !has_order || !has_shape) fail("needs 'descr', 'fortran_order' and 'shape'");
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

/// Takes the header off `bytes`.
HeaderParser::Result take_header(std::string_view& bytes, const std::string& where) {
  const auto fail = [&](const std::string& problem) {
    return InputError(fmt::format("{}: array header: {}", where, problem));
  };
  if (!bytes.starts_with(kMagic)) throw fail("not a NumPy array (the first bytes are not \\x93NUMPY)");
  bytes.remove_prefix(kMagic.size());
  if (bytes.size() < 4) throw fail("cut short");
  const int version = static_cast<unsigned char>(bytes[0]);
  if (version < 1 || version > 3) throw fail(fmt::format("format {} is not known", version));
  const std::size_t field = version == 1 ? 2 : 4;
  if (bytes.size() < 2 + field) throw fail("cut short");
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 2, field);
  bytes.remove_prefix(2 + field);
  if (length > kMaxHeader) throw fail(fmt::format("{} bytes long, more than {}", length, kMaxHeader));
  if (length > bytes.size()) throw fail("cut short");
  const auto result = HeaderParser(bytes.substr(0, length), where).parse();
  bytes.remove_prefix(length);
  return result;
}

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

template <class Stored, class Kept>
Array::Values numbers(std::string_view bytes, std::size_t count) {
  std::vector<Kept> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    values[i] = static_cast<Kept>(value);
  }
  return values;
}

Array::Values texts(std::string_view bytes, std::size_t count, std::size_t width, const std::string& where) {
  std::vector<std::string> values(count);
  std::u32string text(width, U'\0');
  for (std::size_t i = 0; i < count; ++i) {
    if (width > 0) std::memcpy(text.data(), bytes.data() + i * width * 4, width * 4);
    const auto end = text.find_last_not_of(U'\0');
    const auto used = std::u32string_view(text).substr(0, end == std::u32string::npos ? 0 : end + 1);
    if (!is_valid_unicode(used))
      throw InputError(fmt::format("{}: element {}: not a Unicode text", where, i));
    values[i] = utf8(used);
  }
  return values;
}

struct StoredType {
  std::size_t bytes = 0;  ///< of an element
  std::size_t width = 0;  ///< characters, for text
  char kind = 0;          ///< f, i, u, b, U
};

std::optional<StoredType> stored_type(std::string_view dtype) {
  if (dtype.size() < 3) return std::nullopt;
  const char order = dtype[0];
  const char kind = dtype[1];
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(dtype.data() + 2, dtype.data() + dtype.size(), number);
  if (error != std::errc() || end != dtype.data() + dtype.size()) return std::nullopt;
  if (kind == 'U') {
    if (order != '<' || number > (std::size_t{1} << 24)) return std::nullopt;
    return StoredType{number * 4, number, kind};
  }
  const bool has_order = order == '<' || ((order == '|' || order == '=') && number == 1);
  const bool is_known = (kind == 'f' && (number == 4 || number == 8)) || (kind == 'b' && number == 1) ||
                        (kind == 'i' && (number == 1 || number == 2 || number == 4 || number == 8)) ||
                        (kind == 'u' && (number == 1 || number == 2 || number == 4));
  if (!has_order || !is_known) return std::nullopt;
  return StoredType{number, 0, kind};
}

Array::Values parse_values(std::string_view bytes, std::size_t count, const StoredType& type,
                           const std::string& where) {
  using I64 = std::int64_t;
  switch (type.kind) {
    case 'f':
      return type.bytes == 8 ? numbers<double, double>(bytes, count) : numbers<float, float>(bytes, count);
    case 'b':
      return numbers<std::uint8_t, bool>(bytes, count);
    case 'U':
      return texts(bytes, count, type.width, where);
    case 'u':
      if (type.bytes == 1) return numbers<std::uint8_t, I64>(bytes, count);
      if (type.bytes == 2) return numbers<std::uint16_t, I64>(bytes, count);
      return numbers<std::uint32_t, I64>(bytes, count);
    default:
      if (type.bytes == 1) return numbers<std::int8_t, I64>(bytes, count);
      if (type.bytes == 2) return numbers<std::int16_t, I64>(bytes, count);
      if (type.bytes == 4) return numbers<std::int32_t, I64>(bytes, count);
      return numbers<I64, I64>(bytes, count);
  }
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

Array parse_npy(std::string_view bytes, const std::string& where) {
  const auto read = take_header(bytes, where);
  const auto type = stored_type(read.dtype);
  if (!type) {
    throw InputError(fmt::format(
        "{}: array header: type '{}' is not read (known: little-endian f4, f8, i1 to i8, u1 to u4, b1 and U)",
        where, read.dtype.substr(0, 40)));
  }
  // Whatever the header claims, there can be no more elements than there are bytes; checked factor by factor,
  // so that the product cannot overflow. An extent of 0 makes the others meaningless.
  std::size_t count = 1;
  const bool is_empty = std::find(read.shape.begin(), read.shape.end(), 0u) != read.shape.end();
  const std::size_t most = type->bytes > 0 ? bytes.size() / type->bytes : bytes.size();
  for (const auto extent : read.shape) {
    if (!is_empty && extent > most / count) {
      throw InputError(fmt::format("{}: data: {} bytes are fewer than the shape {} of '{}' needs", where,
                                   bytes.size(), shape_text(read.shape), read.dtype));
    }
    count = is_empty ? 0 : count * extent;
  }
  if (bytes.size() != count * type->bytes) {
    throw InputError(fmt::format("{}: data: {} bytes, where the shape {} of '{}' needs {}", where,
                                 bytes.size(), shape_text(read.shape), read.dtype, count * type->bytes));
  }
  Array array{read.shape, parse_values(bytes, count, *type, where)};
  if (read.is_fortran && read.shape.size() > 1) {
    const auto positions = fortran_positions(read.shape, count);
    std::visit(
        [&](auto& values) {
          auto ordered = values;
          for (std::size_t i = 0; i < count; ++i) ordered[i] = values[positions[i]];
          values = std::move(ordered);
        },
        array.values);
  }
  return array;
}

}  // namespace gramscope
