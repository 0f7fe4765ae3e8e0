#include "core/io/stored_array.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/random/philox.h"
#include "core/registry/error.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using gramscope::test::message_of;

namespace {

const ElementType kDoubles{ElementKind::real, 8, false, "float64"};

std::string bytes_of(const std::vector<double>& values) {
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("half_value: all 65,536 halves are what their sign, exponent and fraction say") {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 0x1F);
    const double fraction = bits & 0x3FF;
    const double value = half_value(static_cast<std::uint16_t>(bits));
    CAPTURE(bits);
    if (exponent == 0x1F && fraction != 0.0) {
      CHECK(std::isnan(value));
      continue;
    }
    const double magnitude = exponent == 0x1F ? std::numeric_limits<double>::infinity()
                             : exponent == 0  ? fraction * std::pow(2.0, -24)
                                              : (1024.0 + fraction) * std::pow(2.0, exponent - 25);
    REQUIRE(value == ((bits & 0x8000) != 0 ? -magnitude : magnitude));
    REQUIRE(std::signbit(value) == ((bits & 0x8000) != 0));
  }
}

TEST_CASE("read_matrix: the file's order and the matrix's place every element alike, in one block or many") {
  Random random(3);
  for (const auto& [rows, cols] : {std::pair<Index, Index>{1, 1}, {5, 3}, {300, 700}, {2, 200'000}, {150'000, 2}}) {
    MatrixD matrix(rows, cols);
    for (Index i = 0; i < matrix.size(); ++i) matrix(i) = random.normal();
    const MatrixD turned = matrix.transpose();
    for (const bool is_fortran : {false, true}) {
      // Columns of a matrix lie one after another here as in Fortran.
      const MatrixD& as_stored = is_fortran ? matrix : turned;
      const std::string bytes = bytes_of({as_stored.data(), as_stored.data() + as_stored.size()});
      const StoredArray array{kDoubles, {static_cast<std::size_t>(rows), static_cast<std::size_t>(cols)}, is_fortran};
      MemoryStream first("f: H", bytes);
      CHECK(read_matrix(first, array, Placing::as_rows) == matrix);
      CHECK(first.left() == 0);
      MemoryStream second("f: H", bytes);
      CHECK(read_matrix(second, array, Placing::as_columns) == turned);
    }
  }
}

TEST_CASE("read_integers: in the order of rows, however they lie") {
  const std::string bytes("\x01\x02\x03\xff\x05\x06", 6);
  const ElementType type{ElementKind::integer, 1, false, "int8"};
  const StoredArray in_rows{type, {2, 3}, false};
  MemoryStream rows("f: x", bytes);
  CHECK(read_integers(rows, in_rows) == std::vector<std::int64_t>{1, 2, 3, -1, 5, 6});
  const StoredArray in_columns{type, {2, 3}, true};
  MemoryStream columns("f: x", bytes);
  CHECK(read_integers(columns, in_columns) == std::vector<std::int64_t>{1, 3, 5, 2, -1, 6});
  const StoredArray truths{{ElementKind::truth, 1, false, "bool"}, {6}, false};
  MemoryStream bools("f: x", std::string_view("\0\x01\xff\0\0\0", 6));
  CHECK(read_integers(bools, truths) == std::vector<std::int64_t>{0, 1, 1, 0, 0, 0});
}

TEST_CASE("read_texts: octets and big-endian characters are texts too, and the list is bounded") {
  const auto texts_in = [](std::string_view bytes, const ElementType& type) {
    const StoredArray array{type, {bytes.size() / type.bytes}, false};
    MemoryStream stream("f: x", bytes);
    return read_texts(stream, array);
  };
  const auto problem = [&](const std::string& bytes, const ElementType& type) {
    return message_of<InputError>([&] { texts_in(bytes, type); });
  };
  const auto octets = [](std::size_t width) { return ElementType{ElementKind::octets, width, false, "bytes"}; };
  CHECK(texts_in(std::string_view("a\0\0\xc3\xa4\0", 6), octets(3)) == std::vector<std::string>{"a", "ä"});
  const ElementType swapped{ElementKind::text, 4, true, "text"};
  CHECK(texts_in(std::string_view("\0\0\x03\xbb", 4), swapped) == std::vector<std::string>{"λ"});
  CHECK(problem(std::string(kMostTexts + 1, 'a'), octets(1)) == "f: x: 1048577 texts, more than 1048576");
  CHECK(problem(std::string(std::size_t{300} << 16, 'a'), octets(1 << 16)) == "f: x: more than 16777216 bytes of text");
}

TEST_CASE("checked_count: no shape overflows into a small one") {
  const std::string bytes(48, '\0');
  const auto problem = [&](std::vector<std::size_t> shape) {
    MemoryStream stream("f: H", bytes);
    const StoredArray array{kDoubles, std::move(shape), false};
    return message_of<InputError>([&] { checked_count(array, stream); });
  };
  CHECK(problem({3, 2}).empty());
  CHECK(problem({6, 1, 1}).empty());
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  for (const auto& shape : std::vector<std::vector<std::size_t>>{
           {most}, {most, most}, {most / 2 + 1, 2, 3}, {std::size_t{1} << 32, std::size_t{1} << 32, 6}, {3, most / 3 + 1}, {}})
    CHECK(problem(shape).starts_with("f: H: data: 48 bytes"));
  CHECK(problem({0, most}) == "f: H: data: 48 bytes, where the shape (0, 18446744073709551615) of float64 needs 0");
}
