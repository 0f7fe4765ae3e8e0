#include "core/io/stored_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/registry/error.h"
#include "core/text/unicode.h"

namespace gramscope {

static_assert(std::endian::native == std::endian::little, "elements are copied as they lie in files");

namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kMostRunsAtOnce = 64;
constexpr std::size_t kMostTextLength = 65'536;

template <class T>
T element(const char* from, bool is_swapped) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), from, sizeof(T));
  if (is_swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

double brain_value(std::uint16_t bits) { return double{std::bit_cast<float>(std::uint32_t{bits} << 16)}; }

/// Calls `use` with the `count` elements of type Stored at `from`, one after another.
template <class Stored, class Use>
void for_elements(const char* from, std::size_t count, bool is_swapped, Use use) {
  if (is_swapped)
    for (std::size_t i = 0; i < count; ++i) use(i, element<Stored>(from + i * sizeof(Stored), true));
  else
    for (std::size_t i = 0; i < count; ++i) use(i, element<Stored>(from + i * sizeof(Stored), false));
}

/// The same where the type is known only now; `use` must take all integers.
template <class Use>
void for_integers(const char* from, std::size_t count, const ElementType& type, Use use) {
  const bool is_natural = type.kind == ElementKind::natural;
  switch (type.bytes) {
    case 1:
      if (type.kind == ElementKind::truth)
        return for_elements<std::uint8_t>(from, count, false,
                                          [&](std::size_t i, std::uint8_t value) { use(i, std::uint8_t{value != 0}); });
      return is_natural ? for_elements<std::uint8_t>(from, count, false, use)
                        : for_elements<std::int8_t>(from, count, false, use);
    case 2:
      return is_natural ? for_elements<std::uint16_t>(from, count, type.is_swapped, use)
                        : for_elements<std::int16_t>(from, count, type.is_swapped, use);
    case 4:
      return is_natural ? for_elements<std::uint32_t>(from, count, type.is_swapped, use)
                        : for_elements<std::int32_t>(from, count, type.is_swapped, use);
    default:
      return is_natural ? for_elements<std::uint64_t>(from, count, type.is_swapped, use)
                        : for_elements<std::int64_t>(from, count, type.is_swapped, use);
  }
}

[[noreturn]] void fail_to_read(const ByteStream& stream, const std::string& problem) {
  throw InputError(fmt::format("{}: {}", stream.where(), problem));
}

/// Takes `elements` off the stream in blocks of whole runs of `run` elements; `use` gets the first run's number, how many
/// runs, and their bytes.
template <class Use>
void for_blocks(ByteStream& stream, std::size_t runs, std::size_t run, std::size_t runs_at_once, const ElementType& type,
                const TaskWork& work, const std::string& what, Use use) {
  std::string block(std::min(runs, runs_at_once) * run * type.bytes, '\0');
  for (std::size_t done = 0; done < runs;) {
    const std::size_t count = std::min(runs_at_once, runs - done);
    stream.take(block.data(), count * run * type.bytes);
    use(done, count, block.data());
    done += count;
    work.progress(static_cast<double>(done) / static_cast<double>(runs), what);
  }
  stream.finish();
}

std::string text_of(const char* from, const ElementType& type, const ByteStream& stream, std::size_t place) {
  if (type.kind == ElementKind::octets) {
    std::string_view text(from, type.bytes);
    const auto end = text.find_last_not_of('\0');
    text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
    for (std::string_view rest = text; !rest.empty();) {
      const int bytes = decode_utf8(rest).bytes;
      if (bytes == 0) fail_to_read(stream, fmt::format("element {}: not a text in UTF-8", place));
      rest.remove_prefix(static_cast<std::size_t>(bytes));
    }
    return std::string(text);
  }
  std::u32string text(type.bytes / sizeof(char32_t), U'\0');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char32_t>(element<std::uint32_t>(from + i * sizeof(char32_t), type.is_swapped));
  const auto end = text.find_last_not_of(U'\0');
  text.resize(end == std::u32string::npos ? 0 : end + 1);
  if (!is_valid_unicode(text)) fail_to_read(stream, fmt::format("element {}: not a Unicode text", place));
  return utf8(text);
}

}  // namespace

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::size_t checked_count(const StoredArray& array, const ByteStream& stream) {
  const std::uint64_t bytes = stream.left();
  // Whatever the shape claims, there can be no more elements than there are bytes; checked extent by extent, so that the
  // product cannot overflow. An extent of 0 makes the others meaningless.
  const bool is_empty = std::find(array.shape.begin(), array.shape.end(), 0u) != array.shape.end();
  const std::uint64_t most = array.type.bytes > 0 ? bytes / array.type.bytes : bytes;
  std::uint64_t count = is_empty ? 0 : 1;
  for (const auto extent : array.shape) {
    if (is_empty) break;
    if (extent > most / count)
      fail_to_read(stream, fmt::format("data: {} bytes are fewer than the shape {} of {} needs", bytes,
                                       shape_text(array.shape), array.type.name));
    count *= extent;
  }
  if (bytes != count * array.type.bytes)
    fail_to_read(stream, fmt::format("data: {} bytes, where the shape {} of {} needs {}", bytes, shape_text(array.shape),
                                     array.type.name, count * array.type.bytes));
  return static_cast<std::size_t>(count);
}

double half_value(std::uint16_t bits) {
  constexpr double kLeast = 0x1p-24;  // the smallest positive half
  const unsigned exponent = bits >> 10 & 0x1F;
  const std::uint64_t fraction = bits & 0x3FF;
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == 0) return sign * static_cast<double>(fraction) * kLeast;
  if (exponent == 0x1F)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  return sign * std::bit_cast<double>(std::uint64_t{exponent + 1023 - 15} << 52 | fraction << 42);
}

void convert_to_reals(const char* from, std::size_t count, const ElementType& type, double* to) {
  const auto put = [to](std::size_t i, auto value) { to[i] = static_cast<double>(value); };
  if (type.kind == ElementKind::brain)
    return for_elements<std::uint16_t>(from, count, type.is_swapped,
                                       [to](std::size_t i, std::uint16_t bits) { to[i] = brain_value(bits); });
  if (type.kind != ElementKind::real) return for_integers(from, count, type, put);
  if (type.bytes == 2)
    return for_elements<std::uint16_t>(from, count, type.is_swapped,
                                       [to](std::size_t i, std::uint16_t bits) { to[i] = half_value(bits); });
  if (type.bytes == 4) return for_elements<float>(from, count, type.is_swapped, put);
  for_elements<double>(from, count, type.is_swapped, put);
}

MatrixD read_matrix(ByteStream& stream, const StoredArray& array, Placing placing, const TaskWork& work,
                    const std::string& what) {
  if (array.shape.size() != 2 || !(array.type.is_real() || array.type.is_integer()))
    fail_to_read(stream, fmt::format("a matrix of numbers is needed; this has the shape {} of {}",
                                     shape_text(array.shape), array.type.name));
  checked_count(array, stream);
  const std::size_t rows = array.shape[0];
  const std::size_t cols = array.shape[1];
  const std::size_t runs = array.is_fortran ? cols : rows;
  const std::size_t run = array.is_fortran ? rows : cols;
  const bool is_turned = placing == Placing::as_columns;
  MatrixD matrix(static_cast<Index>(is_turned ? cols : rows), static_cast<Index>(is_turned ? rows : cols));
  if (matrix.size() == 0) {
    stream.finish();
    return matrix;
  }
  if (array.is_fortran != is_turned) {
    // A run of the file is a column of the matrix.
    const std::size_t at_once = std::max<std::size_t>(1, kBlockBytes / (run * array.type.bytes));
    for_blocks(stream, runs, run, at_once, array.type, work, what,
               [&](std::size_t first, std::size_t count, const char* bytes) {
                 convert_to_reals(bytes, count * run, array.type, matrix.data() + first * run);
               });
    return matrix;
  }
  // A run is a row. Several at a time, so that a column is written in stretches.
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::size_t at_once =
      std::clamp<std::size_t>(4 * kBlockBytes / (run * sizeof(double)), 1, kMostRunsAtOnce);
  RowMajor values(static_cast<Index>(std::min(at_once, runs)), static_cast<Index>(run));
  for_blocks(stream, runs, run, at_once, array.type, work, what,
             [&](std::size_t first, std::size_t count, const char* bytes) {
               convert_to_reals(bytes, count * run, array.type, values.data());
               matrix.middleRows(static_cast<Index>(first), static_cast<Index>(count)) =
                   values.topRows(static_cast<Index>(count));
             });
  return matrix;
}

std::vector<std::int64_t> read_integers(ByteStream& stream, const StoredArray& array, const TaskWork& work,
                                        const std::string& what) {
  if (!array.type.is_integer() || array.shape.size() > 2)
    fail_to_read(stream, fmt::format("whole numbers are needed; this has the shape {} of {}", shape_text(array.shape),
                                     array.type.name));
  const std::size_t count = checked_count(array, stream);
  std::vector<std::int64_t> values(count);
  const bool is_turned = array.is_fortran && array.shape.size() == 2;
  const std::size_t rows = is_turned ? array.shape[0] : 1;
  const std::size_t cols = is_turned ? array.shape[1] : count;
  for_blocks(stream, count, 1, kBlockBytes / array.type.bytes, array.type, work, what,
             [&](std::size_t first, std::size_t in_block, const char* bytes) {
               for_integers(bytes, in_block, array.type, [&](std::size_t i, auto value) {
                 if (!std::in_range<std::int64_t>(value))
                   fail_to_read(stream, fmt::format("element {}: {} is beyond 64 bits with a sign", first + i, value));
                 const std::size_t place = first + i;
                 values[is_turned ? place % rows * cols + place / rows : place] = static_cast<std::int64_t>(value);
               });
             });
  return values;
}

std::vector<std::string> read_texts(ByteStream& stream, const StoredArray& array, const TaskWork& work,
                                    const std::string& what) {
  if (!array.type.is_text() || array.shape.size() != 1)
    fail_to_read(stream, fmt::format("a list of texts is needed; this has the shape {} of {}", shape_text(array.shape),
                                     array.type.name));
  const std::size_t length = array.type.bytes / (array.type.kind == ElementKind::text ? sizeof(char32_t) : 1);
  if (length > kMostTextLength)
    fail_to_read(stream, fmt::format("texts of {} characters, more than {}", length, kMostTextLength));
  // Texts of no length take no bytes, however many they claim to be.
  const std::size_t count = checked_count(array, stream);
  if (count > kMostTexts) fail_to_read(stream, fmt::format("{} texts, more than {}", count, kMostTexts));
  std::vector<std::string> texts;
  std::size_t kept = 0;
  const std::size_t at_once = std::max<std::size_t>(1, kBlockBytes / std::max<std::size_t>(1, array.type.bytes));
  for_blocks(stream, count, 1, at_once, array.type, work, what,
             [&](std::size_t first, std::size_t in_block, const char* bytes) {
               for (std::size_t i = 0; i < in_block; ++i) {
                 texts.push_back(text_of(bytes + i * array.type.bytes, array.type, stream, first + i));
                 kept += texts.back().size();
                 if (kept > kMostTextBytes)
                   fail_to_read(stream, fmt::format("more than {} bytes of text", kMostTextBytes));
               }
             });
  return texts;
}

}  // namespace gramscope
