#include "core/io/npy.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/text/unicode.h"
#include "core/registry/error.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using gramscope::test::message_of;

namespace {

/// A .npy file put together by hand.
std::string npy_file(const std::string& dictionary, const std::string& data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 0xFF);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes + dictionary + data;
}

std::string refusal(const std::string& bytes) {
  return message_of<InputError>([&] { parse_npy(bytes, "f.npz: H"); });
}

}  // namespace

TEST_CASE("npy: every kind of array comes back as it was") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Array> arrays{
      {{2, 3}, std::vector<double>{1.0, -0.0, 1e-310, 0.1, 1e308, -2.5}},
      {{3}, std::vector<float>{1.5f, -2.0f, 1e-40f}},
      {{2, 1, 2},
       std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), -1, 0,
                                 std::numeric_limits<std::int64_t>::max()}},
      {{4}, std::vector<bool>{true, false, false, true}},
      {{3}, std::vector<std::string>{"", "small red circle", "größer ∑ 🟥"}},
      {{}, std::vector<std::int64_t>{200}},
      {{0, 5}, std::vector<double>{}},
      {{0}, std::vector<std::string>{}},
  };
  for (const auto& array : arrays) CHECK(parse_npy(npy_bytes(array), "f") == array);
  const auto read = parse_npy(npy_bytes({{1}, std::vector<double>{nan}}), "f");
  CHECK(std::isnan(std::get<std::vector<double>>(read.values)[0]));
}

TEST_CASE("npy: data begin at a multiple of 64 bytes and rows are stored one after another") {
  const MatrixD matrix = (MatrixD(2, 3) << 1, 2, 3, 4, 5, 6).finished();
  const auto bytes = npy_bytes(matrix_array(matrix));
  CHECK((bytes.size() - 6 * sizeof(double)) % 64 == 0);
  CHECK(std::get<std::vector<double>>(matrix_array(matrix).values) == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(bytes.find("'shape': (2, 3)") != std::string::npos);
}

TEST_CASE("npy: an array in Fortran order is turned around") {
  const std::string dictionary = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n";
  const auto array = parse_npy(npy_file(dictionary, "\x01\x02\x03\x04\x05\x06"), "f");
  CHECK(array.shape == std::vector<std::size_t>{2, 3});
  CHECK(std::get<std::vector<std::int64_t>>(array.values) == std::vector<std::int64_t>{1, 3, 5, 2, 4, 6});
}

TEST_CASE("npy: a file cut anywhere is refused, and so is one with more than it says") {
  const auto bytes = npy_bytes({{2, 2}, std::vector<double>{1, 2, 3, 4}});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK(refusal(bytes.substr(0, length)).starts_with("f.npz: H: "));
  }
  CHECK(refusal(bytes + "x").starts_with("f.npz: H: data: "));
}

TEST_CASE("npy: claims of a size are checked before anything is allocated") {
  const auto claim = [](const std::string& type, const std::string& shape) {
    return refusal(npy_file("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n",
                            "12345678"));
  };
  CHECK(claim("<f8", "(4611686018427387904,)").find("data") != std::string::npos);
  CHECK(claim("<f8", "(4294967296, 4294967296, 4294967297)").find("data") != std::string::npos);
  CHECK(claim("<f8", "(18446744073709551615, 18446744073709551615)").find("data") != std::string::npos);
  CHECK(claim("<f8", "(99999999999999999999,)").find("whole numbers") != std::string::npos);
  CHECK(claim("<U16000000", "(1000000,)").find("data") != std::string::npos);
  CHECK(claim("<U0", "(1000000000000,)").find("data") != std::string::npos);
  CHECK(claim("<f8", "(0, 18446744073709551615)").find("8 bytes") != std::string::npos);
}

TEST_CASE("npy: what is not read is named") {
  const auto header = [](const std::string& dictionary) { return refusal(npy_file(dictionary, "")); };
  CHECK(header("{'descr': '<c16', 'fortran_order': False, 'shape': (0,), }\n").find("'<c16'") != std::string::npos);
  CHECK(header("{'descr': '|O', 'fortran_order': False, 'shape': (0,), }\n").find("'|O'") !=
        std::string::npos);
  CHECK(header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (0,), }\n").find("records") !=
        std::string::npos);
  CHECK(header("{'descr': '<f8', 'shape': (0,), }\n").find("fortran_order") != std::string::npos);
  CHECK(header("{'descr': '<f8', 'fortran_order': maybe, 'shape': (0,), }\n").find("True or False") !=
        std::string::npos);
  CHECK(header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n").find("shape") !=
        std::string::npos);
  CHECK(refusal("PK\x03\x04").find("not a NumPy array") != std::string::npos);
  const std::string surrogate("\x00\xd8\x00\x00", 4);
  CHECK(refusal(npy_file("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }\n", surrogate))
            .find("element 0") != std::string::npos);
}

TEST_CASE("npy: a shape that does not hold the values is not written") {
  CHECK_THROWS_AS(npy_bytes({{2, 2}, std::vector<double>{1, 2, 3}}), RuntimeError);
}

TEST_CASE("utf32: valid text survives the way there and back, anything else becomes U+FFFD") {
  for (const std::string text : {"", "plain", "größer", "λ ≥ 1/m", "🟥 and 🔵", "\xef\xbf\xbd"})
    CHECK(utf8(utf32(text)) == text);
  CHECK(utf32("a\xff"
              "b") ==
        U"a\xFFFD"
        U"b");
  CHECK(utf32("\xc0\x80") == U"\xFFFD\xFFFD");                      // not the shortest form
  CHECK(utf32("\xed\xa0\x80") == U"\xFFFD\xFFFD\xFFFD");            // a surrogate
  CHECK(utf32("\xe2\x82") == U"\xFFFD\xFFFD");                      // cut short
  CHECK(utf32("\xf4\x90\x80\x80") == U"\xFFFD\xFFFD\xFFFD\xFFFD");  // above U+10FFFF
}
