#include "core/tasks/word_lines.h"

#include <doctest/doctest.h>

#include "core/registry/error.h"

using namespace gramscope;

namespace {

std::string line_problem_of(const std::string& text) {
  try {
    parse_word_lines(text, "list.txt");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("parse_word_lines: keys, words and line numbers; comments and empty lines left out") {
  const auto lines = parse_word_lines("# a list\n\nsay small: small tiny  # two\r\n  noun:\tcat-nap o'clock 7", "list.txt");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].number == 3);
  CHECK(lines[0].key == std::vector<std::string>{"say", "small"});
  CHECK(lines[0].words == std::vector<std::string>{"small", "tiny"});
  CHECK(lines[1].number == 4);
  CHECK(lines[1].words == std::vector<std::string>{"cat-nap", "o'clock", "7"});
  CHECK(parse_word_lines("", "list.txt").empty());
}

TEST_CASE("parse_word_lines: what is wrong is said with file and line") {
  CHECK(line_problem_of("a: b\nno colon here") == "list.txt:2: no colon: a line is a key, a colon and words");
  CHECK(line_problem_of(": b").starts_with("list.txt:1: no key"));
  CHECK(line_problem_of("a:\n").starts_with("list.txt:1: a: no words"));
  CHECK(line_problem_of("a: b\n\na: c") == "list.txt:3: a: already in line 1");
  CHECK(line_problem_of("a: b c b") == "list.txt:1: a: b twice");
  CHECK(line_problem_of("a: b;c").starts_with("list.txt:1: ';' in a word"));
  CHECK(line_problem_of("a: b:c").starts_with("list.txt:1: ':' in a word"));
}
