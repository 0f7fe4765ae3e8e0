#include "core/text/characters.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/text/unicode.h"

using namespace gramscope;

namespace {

nlohmann::json fixture() {
  std::ifstream file(GRAMSCOPE_FIXTURES "/characters.json");
  return nlohmann::json::parse(file);
}

std::string name_of(CharacterKind kind) {
  switch (kind) {
    case CharacterKind::letter:
      return "letter";
    case CharacterKind::ideograph:
      return "ideograph";
    case CharacterKind::symbol:
      return "symbol";
    case CharacterKind::space:
      return "space";
    case CharacterKind::invisible:
      return "invisible";
  }
  return {};
}

}  // namespace

TEST_CASE("kind_of: what Unicode's general categories say of the alphabets") {
  const auto expected = fixture();
  int different = 0;
  for (const auto& run : expected["kinds"])
    for (auto c = run[0].get<char32_t>(); c <= run[1].get<char32_t>(); ++c)
      different += name_of(kind_of(c)) == run[2].get<std::string>() ? 0 : 1;
  CHECK(different == 0);
}

TEST_CASE("kind_of: other scripts, pictographs and what is never seen") {
  CHECK(kind_of(U'あ') == CharacterKind::ideograph);
  CHECK(kind_of(U'漢') == CharacterKind::ideograph);
  CHECK(kind_of(0x2A6DF) == CharacterKind::ideograph);
  CHECK(kind_of(U'한') == CharacterKind::letter);
  CHECK(kind_of(U'ก') == CharacterKind::letter);
  CHECK(kind_of(U'、') == CharacterKind::symbol);
  CHECK(kind_of(U'€') == CharacterKind::symbol);
  CHECK(kind_of(U'½') == CharacterKind::symbol);
  CHECK(kind_of(0x1F600) == CharacterKind::symbol);
  CHECK(kind_of(0x10FFFF) == CharacterKind::symbol);
  CHECK(kind_of(0x00A0) == CharacterKind::space);
  CHECK(kind_of(0x3000) == CharacterKind::space);
  CHECK(kind_of(0xFEFF) == CharacterKind::invisible);
  CHECK(kind_of(0x00AD) == CharacterKind::invisible);
}

TEST_CASE("lower_case: Unicode's simple mapping, and nothing else moves") {
  const auto expected = fixture();
  REQUIRE(expected["lower"].size() > 500);
  int different = 0;
  for (const auto& pair : expected["lower"])
    different += lower_case(pair[0].get<char32_t>()) == pair[1].get<char32_t>() ? 0 : 1;
  CHECK(different == 0);
  // What the fixture does not list stays, in the blocks that it covers.
  std::size_t moved = 0;
  for (char32_t c = 0; c < 0x0590; ++c) moved += lower_case(c) != c ? 1 : 0;
  for (char32_t c = 0x1E00; c < 0x2100; ++c) moved += lower_case(c) != c ? 1 : 0;
  for (char32_t c = 0xFF01; c < 0xFF60; ++c) moved += lower_case(c) != c ? 1 : 0;
  CHECK(moved == expected["lower"].size());
}

TEST_CASE("decode_utf8: every code point comes back, and nothing that is not one") {
  int wrong = 0;
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 251) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string bytes;
    append_utf8(bytes, c);
    const auto read = decode_utf8(bytes + "x");
    wrong += read.value == c && static_cast<std::size_t>(read.bytes) == bytes.size() ? 0 : 1;
  }
  CHECK(wrong == 0);
  for (const std::string bytes : {"\x80", "\xC0\x80", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80",
                                  "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    CHECK(decode_utf8(bytes).bytes == 0);
}
