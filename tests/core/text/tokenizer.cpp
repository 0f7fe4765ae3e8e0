#include "core/text/tokenizer.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/registry/error.h"
#include "core/text/fnv1a.h"

using namespace gramscope;

namespace {

std::vector<std::string> tokens(const std::string& text) {
  Tokenizer tokenizer(text, "t.txt");
  std::vector<std::string> found;
  while (tokenizer.next()) found.push_back(tokenizer.token());
  return found;
}

std::string refusal(const std::string& text) {
  try {
    tokens(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("Tokenizer: the tokens of the reference text, as Python divides it") {
  std::ifstream file(GRAMSCOPE_FIXTURES "/corpus.json");
  const auto fixture = nlohmann::json::parse(file);
  const auto text = fixture["text"].get<std::string>();
  Words expected;
  for (const auto& line : fixture["lines"])
    for (const auto& token : line) expected.push_back(token.get<std::string>());
  CHECK(tokens(text) == expected);
}

TEST_CASE("Tokenizer: words, joiners and marks") {
  CHECK(tokens("Don't stop!") == Words{"don't", "stop", "!"});
  CHECK(tokens("DON\u2019T") == Words{"don't"});
  CHECK(tokens("'quoted' dogs' -x- a-b-c 3-4") ==
        Words{"'", "quoted", "'", "dogs", "'", "-", "x", "-", "a-b-c", "3-4"});
  CHECK(tokens("wait--what") == Words{"wait", "-", "-", "what"});
  CHECK(tokens("3.14") == Words{"3", ".", "14"});
  CHECK(tokens("\xEF\xBB\xBFmark") == Words{"mark"});
  CHECK(tokens("so\u00ADft ze\u200Bro") == Words{"soft", "zero"});
  CHECK(tokens("ÄRGER ÉCOLE ЁЖ Ω") == Words{"ärger", "école", "ёж", "ω"});
  CHECK(tokens("猫はa") == Words{"猫", "は", "a"});
  CHECK(tokens("") == Words{});
  CHECK(tokens(" \n\t\u00A0") == Words{});
}

TEST_CASE("Tokenizer: a word without end is cut, and loses nothing") {
  const std::string word(250, 'x');
  const auto found = tokens(word + " y");
  REQUIRE(found.size() == 4);
  CHECK(found[0].size() == Tokenizer::kLongestWord);
  CHECK(found[0] + found[1] + found[2] == word);
}

TEST_CASE("Tokenizer: every way to end a line is one line end") {
  const auto crossed = [](const std::string& text) {
    Tokenizer tokenizer(text, "t.txt");
    REQUIRE(tokenizer.next());
    REQUIRE(tokenizer.next());
    return tokenizer.lines_crossed();
  };
  CHECK(crossed("a b") == 0);
  CHECK(crossed("a\nb") == 1);
  CHECK(crossed("a\r\nb") == 1);
  CHECK(crossed("a\rb") == 1);
  CHECK(crossed("a\u2028b") == 1);
  CHECK(crossed("a\u0085b") == 1);
  CHECK(crossed("a\n \nb") == 2);
  CHECK(crossed("a\r\n\r\nb") == 2);
  CHECK(crossed("a\r\rb") == 2);
  CHECK(crossed("a\u2029b") == 2);
}

TEST_CASE("Tokenizer: what is no text is told with line and byte") {
  CHECK(refusal("one\ntwo \xE9t\xE9").starts_with("t.txt:2: byte 8 of the file (0xE9) is not valid UTF-8"));
  CHECK(refusal(std::string("one\r\n\r\nt\0o", 10)).starts_with("t.txt:3: byte 8 of the file is a NUL"));
  CHECK(refusal("good \xF0\x9F\x98").starts_with("t.txt:1: byte 5 of the file (0xF0) is not valid"));
  CHECK(refusal("all is well") == "");
}

TEST_CASE("Fnv1a: the published values, however the bytes are handed over") {
  const auto digits = [](std::string_view text) {
    Fnv1a hash;
    hash.add(text);
    return hash.digits();
  };
  CHECK(digits("") == "cbf29ce484222325");
  CHECK(digits("a") == "af63dc4c8601ec8c");
  CHECK(digits("foobar") == "85944171f73967e8");
  Fnv1a parts;
  parts.add("foo");
  parts.add("bar");
  CHECK(parts.digits() == "85944171f73967e8");
}
