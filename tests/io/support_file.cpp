#include "core/io/support_file.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/registry/error.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

std::string support_problem_of(const std::string& text) {
  return message_of<InputError>([&] { parse_support_file(text, "s.json"); });
}

SupportProblem only(const std::string& text) {
  auto file = parse_support_file(text, "s.json");
  REQUIRE(file.problems.size() == 1);
  return std::move(file.problems.front());
}

}  // namespace

TEST_CASE("support file: words, probabilities and weights are what the file says, words in order") {
  const auto problem = only(R"({"V": 4, "support": [[2, 0], [1], [0, 2], [3, 1, 0]],
      "P": [[0.75, 0.25], [1], [0.5, 0.5], [0.125, 0.5, 0.375]], "pi": [0.5, 0.25, 0.125, 0.125]})");
  CHECK(problem.supports.words == 4);
  CHECK(problem.supports.distinct == std::vector<std::vector<Index>>{{0, 2}, {1}, {0, 1, 3}});
  CHECK(problem.supports.of_context == std::vector<Index>{0, 1, 0, 2});
  CHECK(problem.supports.multiplicity == std::vector<Index>{2, 1, 1});
  CHECK(problem.targets.begin == std::vector<Index>{0, 2, 3, 5, 8});
  CHECK(problem.targets.word == std::vector<Index>{0, 2, 1, 0, 2, 0, 1, 3});
  CHECK(problem.targets.probability == std::vector<double>{0.25, 0.75, 1.0, 0.5, 0.5, 0.375, 0.5, 0.125});
  CHECK(problem.weight == Eigen::Vector4d(0.5, 0.25, 0.125, 0.125));
  const auto plogp = [](double p) { return -p * std::log(p); };
  const double expected = 0.5 * (plogp(0.25) + plogp(0.75)) + 0.125 * std::log(2.0) +
                          0.125 * (plogp(0.375) + plogp(0.5) + plogp(0.125));
  CHECK(problem.entropy_floor() == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("support file: what is left out is uniform") {
  const auto problem = only(R"({"support": [[1, 0], [2], [2, 1]], "V": 3})");
  CHECK(problem.targets.probability == std::vector<double>{0.5, 0.5, 1.0, 0.5, 0.5});
  CHECK(problem.weight == VectorD::Constant(3, 1.0 / 3.0));
  CHECK(problem.entropy_floor() == doctest::Approx(2.0 / 3.0 * std::log(2.0)).epsilon(1e-14));
  CHECK(only(R"({"V": 2, "support": [[1], [0]]})").entropy_floor() == 0.0);
}

TEST_CASE("support file: sums that rounding has moved are brought to 1, others are refused") {
  const auto near = only(R"({"V": 3, "support": [[0, 1]], "P": [[0.3333333, 0.6666663]], "pi": [1.0000004]})");
  CHECK(near.targets.probability[0] + near.targets.probability[1] == doctest::Approx(1.0).epsilon(1e-15));
  CHECK(near.targets.probability[0] == doctest::Approx(0.3333333 / 0.9999996).epsilon(1e-15));
  CHECK(near.weight(0) == 1.0);
  CHECK(support_problem_of(R"({"V": 3, "support": [[0, 1]], "P": [[0.333, 0.666]]})") ==
        "s.json: P[0]: sums to 0.999, and must sum to 1 (to 1e-06)");
}

TEST_CASE("support file: a list of cases, with what may stand beside a problem") {
  const auto file = parse_support_file(
      R"({"note": "n", "cases": [{"V": 2, "support": [[0]], "nuclear_norm": 1, "note": "m"},
                                 {"V": 3, "support": [[1], [0, 2]], "nuclear_norm": 1.5e0}]})",
      "s.json");
  CHECK(file.is_list);
  REQUIRE(file.problems.size() == 2);
  CHECK(file.problems[0].supports.words == 2);
  CHECK(file.problems[1].supports.distinct == std::vector<std::vector<Index>>{{1}, {0, 2}});
  CHECK_FALSE(parse_support_file(R"({"V": 2, "support": [[0]]})", "s.json").is_list);
  const auto fixture = read_support_file(std::string(GRAMSCOPE_FIXTURES) + "/max_margin.json");
  REQUIRE(fixture.problems.size() == 3);
  CHECK(fixture.problems[0].supports.distinct.size() == 5);
}

TEST_CASE("support file: what is wrong is told with file, place and remedy") {
  const std::pair<const char*, const char*> cases[]{
      {R"({"V": 3, "support": [[0], [1, 3]]})", "support[1][1]: 3 is not a word; with V = 3 they are 0 to 2"},
      {R"({"V": 3, "support": [[0], [-1]]})", "support[1][0]: -1 is not a word; with V = 3 they are 0 to 2"},
      {R"({"V": 3, "support": [[18446744073709551615]]})",
       "support[0][0]: 9223372036854775807 is not a word; with V = 3 they are 0 to 2"},
      {R"({"V": 3, "support": [[0], []]})", "support[1]: is empty: every context needs at least one word that can follow it"},
      {R"({"V": 3, "support": [[0], [2, 0, 1]]})",
       "support[1]: holds all 3 words: such a context asks nothing of the max-margin logits; leave it out"},
      {R"({"V": 3, "support": [[0], [1, 0, 1]]})", "support[1][2]: word 1 stands in this list already; name it once"},
      {R"({"V": 3, "support": []})", "support: is empty: name the words that can follow at least one context"},
      {R"({"V": 3})", "support: is missing: for each context, a list of the words that can follow it"},
      {R"({"support": [[0]]})", "V: is missing: the number of words"},
      {R"({})", "V: is missing: the number of words"},
      {R"({"V": 1, "support": [[0]]})", "V: must be from 2 to 16777216, and is 1"},
      {R"({"V": -3, "support": [[0]]})", "V: must be from 2 to 16777216, and is -3"},
      {R"({"V": 16777217, "support": [[0]]})", "V: must be from 2 to 16777216, and is 16777217"},
      {R"({"V": 16777216, "support": [[0], [1]]})",
       "support: V = 16777216 times 2 contexts is more than the 16777216 cells that are computed with"},
      {R"({"cases": [{"V": 16777215, "support": [[0]]}, {"V": 2, "support": [[1], [0]]}]})",
       "cases[1].support: V = 2 times 2 contexts, with those of the cases before, is more than the 16777216 cells that "
       "are computed with"},
      {R"({"V": 3.0, "support": [[0]]})", "V: found 3.0, expected a whole number of words"},
      {R"({"V": "3", "support": [[0]]})", "V: found \"3\", expected a whole number of words"},
      {R"({"V": null, "support": [[0]]})", "V: found null, expected a whole number of words"},
      {R"({"V": [3], "support": [[0]]})", "V: found a list, expected a whole number of words"},
      {R"({"V": 3, "support": [0, 1]})", "support[0]: found 0, expected a list of words"},
      {R"({"V": 3, "support": {"0": [1]}})",
       "support: found an object, expected a list with the words that can follow each context"},
      {R"({"V": 3, "support": [[0], [1.5]]})", "support[1][0]: found 1.5, expected the whole number of a word"},
      {R"({"V": 3, "support": [[0], [true]]})", "support[1][0]: found true, expected the whole number of a word"},
      {R"({"V": 3, "support": [[0], [[1]]]})", "support[1][0]: found a list, expected the whole number of a word"},
      {R"({"V": 3, "support": [[0], ["cat"]]})", "support[1][0]: found \"cat\", expected the whole number of a word"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [0.5, null]]})",
       "P[1][1]: found null, expected a probability"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [1.5, -0.5]]})",
       "P[1][0]: 1.5 is not a probability from 1e-300 to 1"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [-0.5, 0.5]]})",
       "P[1][0]: -0.5 is not a probability from 1e-300 to 1"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [1, 0]]})",
       "P[1][1]: 0 is not a probability from 1e-300 to 1; what never happens is left out"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [1, 1e-310]]})",
       "P[1][1]: 1e-310 is not a probability from 1e-300 to 1"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [0.5, 0.25]]})",
       "P[1]: sums to 0.75, and must sum to 1 (to 1e-06)"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1]]})",
       "P: must have as many lists as there are contexts, 2, and has 1"},
      {R"({"V": 3, "support": [[0], [1, 2]], "P": [[1], [1]]})",
       "P[1]: must have as many probabilities as support[1] has words, 2, and has 1"},
      {R"({"V": 3, "support": [[0], [1]], "P": [1, 1]})", "P[0]: found 1, expected a list of probabilities"},
      {R"({"V": 3, "support": [[0], [1]], "pi": [0.5, 0.25]})", "pi: sums to 0.75, and must sum to 1 (to 1e-06)"},
      {R"({"V": 3, "support": [[0], [1]], "pi": [1.5, -0.5]})", "pi[0]: 1.5 is not a probability from 1e-300 to 1"},
      {R"({"V": 3, "support": [[0], [1]], "pi": [-0.5, 1]})", "pi[0]: -0.5 is not a probability from 1e-300 to 1"},
      {R"({"V": 3, "support": [[0], [1]], "pi": [1]})", "pi: must have as many weights as there are contexts, 2, and has 1"},
      {R"({"V": 3, "support": [[0], [1]], "pi": [[1]]})", "pi[0]: found a list, expected a weight"},
      {R"({"V": 3, "support": [[0]], "supports": [[0]]})",
       "supports: is not a key of this format (known: V, support, P, pi, note, nuclear_norm; cases for a list)"},
      {R"({"cases": [{"V": 3, "support": [[0]], "cases": []}]})",
       "cases[0].cases: is not a key of this format (known: V, support, P, pi, note, nuclear_norm; cases for a list)"},
      {R"({"V": 3, "support": [[0]], "V": 4})", "V: comes twice in one object"},
      {R"({"cases": [{"V": 3, "support": [[0]], "note": "", "note": ""}]})",
       "cases[0].note: comes twice in one object"},
      {R"({"V": 3, "support": [[0]], "note": 4})", "note: found 4, expected text"},
      {R"({"V": 3, "support": [[0]], "nuclear_norm": "4"})", "nuclear_norm: found \"4\", expected a number"},
      {R"({"cases": [], "note": "none"})", "cases: is empty: give at least one problem"},
      {R"({"cases": [{"V": 3, "support": [[0]]}], "V": 3})",
       "V: stands beside \"cases\"; a problem belongs into that list"},
      {R"({"cases": {"V": 3}})", "cases: found an object, expected a list of objects"},
      {R"({"cases": [[0]]})", "cases[0]: found a list, expected an object {\"V\": ..., \"support\": ...}"},
      {R"({"cases": [{"V": 3, "support": [[0]]}, {"V": 3, "support": [[0]]}, {"V": 3, "support": [[0], [5]]}]})",
       "cases[2].support[1][0]: 5 is not a word; with V = 3 they are 0 to 2"},
      {R"([[0], [1]])", "found a list, expected an object {\"V\": ..., \"support\": ...} or {\"cases\": [...]}"},
      {"7", "found 7, expected an object {\"V\": ..., \"support\": ...} or {\"cases\": [...]}"},
  };
  for (const auto& [text, problem] : cases) {
    CAPTURE(text);
    CHECK(support_problem_of(text) == std::string("s.json: ") + problem);
  }
}

TEST_CASE("support file: what is not JSON is told with line and column") {
  const std::pair<std::string, const char*> cases[]{
      {"", "s.json:1:1: not valid JSON: while parsing value - unexpected end of input"},
      {"{\n \"V\": 3,\n \"support\": [[0}", "s.json:3:16: not valid JSON: while parsing array - unexpected '}'"},
      {"{\"V\": 3, \"support\": [[NaN]]}", "s.json:1:23: not valid JSON: while parsing value - invalid literal"},
      {"{\"V\": 3,\n\"P\": [[nan]]}", "(JSON has no NaN and no infinity)"},
      {"{\"V\": 3,\n\"P\": [[-Infinity]]}", "(JSON has no NaN and no infinity)"},
      {"{\"V\": 3,\n\"P\": [[1e999]]}", "s.json:2:12: not valid JSON: number overflow"},
      {"{\"V\": 3, \"support\": [[0]]} x", "s.json:1:28: not valid JSON: while parsing value - invalid literal"},
      {"{\"V\": 3, \"support\": [[0]]}{}", "expected end of input"},
      {"{\"V\": 3, \"support\": [[0]],}", "s.json:1:27: not valid JSON: while parsing object key"},
      {"{'V': 3}", "s.json:1:2: not valid JSON: while parsing object key"},
      {"\xef\xbb\xbf{\"V\": 3, \"support\": [[0]]}", "s.json:1:1: begins with a byte order mark; save it without one"},
      {std::string("{\"V\": 3, \"support\": [[0]]}\n\0[", 29), "s.json:2:1: not valid JSON: a NUL byte"},
      {"{\"V\": 3, \"note\": \"\xff\"}", "s.json:1:19: not valid JSON: while parsing value - invalid string"},
      {"{\"V\": 3 /* words */}", "s.json:1:9: not valid JSON: "},
  };
  for (const auto& [text, problem] : cases) {
    CAPTURE(text);
    const std::string told = support_problem_of(text);
    CAPTURE(told);
    CHECK(told.find(problem) != std::string::npos);
    for (const char c : told) CHECK((c >= 0x20 && c <= 0x7e));
  }
}

TEST_CASE("support file: nesting without end is refused where the format ends") {
  const std::string deep(1'000'000, '[');
  CHECK(support_problem_of(deep).starts_with("s.json: found a list"));
  CHECK(support_problem_of("{\"V\": 3, \"support\": " + deep) ==
        "s.json: support[0][0]: found a list, expected the whole number of a word");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"note\":";
  CHECK(support_problem_of(objects) == "s.json: note: found an object, expected text");
}

TEST_CASE("support file: no beginning of a good file is taken for all of it") {
  const std::string text =
      R"({"note": "a \"b\"", "cases": [{"V": 3, "support": [[0, 1], [2]], "P": [[0.25, 7.5e-1], [1]]},)"
      R"( {"V": 2, "support": [[1]], "pi": [1.0], "nuclear_norm": -1.5}]})";
  CHECK(parse_support_file(text, "s.json").problems.size() == 2);
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK(support_problem_of(text.substr(0, length)).starts_with("s.json:"));
  }
}

TEST_CASE("support file: any changed byte is read or refused as the file's fault") {
  const std::string text = R"({"V": 3, "support": [[0, 1], [2]], "P": [[0.25, 0.75], [1]], "pi": [0.5, 0.5]})";
  int refused = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char byte : std::string("0-\"[]{},e \x80\xff") + '\0') {
      std::string changed = text;
      changed[at] = byte;
      try {
        const auto file = parse_support_file(changed, "s.json");
        for (const auto& problem : file.problems) {
          CHECK(problem.weight.sum() == doctest::Approx(1.0));
          CHECK(problem.supports.contexts() == problem.targets.columns());
        }
      } catch (const InputError&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("support file: one that is missing, a directory or too large says so") {
  const TemporaryDirectory directory;
  const auto told = [&](const std::string& name) {
    return message_of<InputError>([&] { read_support_file(directory / name); });
  };
  CHECK(told("absent.json") == (directory / "absent.json").string() + ": No such file or directory");
  CHECK(told("") == (directory / "").string() + ": is a directory");
  put(directory / "large.json", "");
  std::filesystem::resize_file(directory / "large.json", kMostSupportBytes + 1);
  CHECK(told("large.json").find("has 268435457 bytes, more than the 268435456 that are read") != std::string::npos);
}
