#include "core/tasks/corpus.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/models/context_chunks.h"
#include "core/random/philox.h"
#include "core/registry/registry.h"
#include "core/tasks/corpus_text.h"
#include "core/train/engine.h"
#include "tests/core/tasks/task_properties.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

nlohmann::json fixture() {
  std::ifstream file(GRAMSCOPE_FIXTURES "/corpus.json");
  return nlohmann::json::parse(file);
}

CorpusBoundary boundary_named(const std::string& name) {
  return name == "line"        ? CorpusBoundary::line
         : name == "paragraph" ? CorpusBoundary::paragraph
                               : CorpusBoundary::none;
}

/// Sentences of words w0 ... w999, small numbers more often, as in language.
std::string random_text(int words, std::uint64_t seed) {
  Random random(seed);
  std::string text;
  for (int i = 0; i < words; ++i) {
    const double u = random.uniform();
    text.append("w").append(std::to_string(static_cast<int>(1000.0 * u * u * u))).append(i % 12 == 11 ? ".\n" : " ");
  }
  return text;
}

}  // namespace

TEST_CASE("corpus: contexts, P, pi, floor and facts are those that Python counts") {
  const TemporaryDirectory directory;
  const auto expected = fixture();
  put(directory / "text.txt", expected["text"].get<std::string>());
  for (const auto& c : expected["cases"]) {
    CorpusOptions options;
    options.path = (directory / "text.txt").string();
    options.context = c["context"];
    options.vocabulary = c["vocabulary"];
    options.boundary = boundary_named(c["boundaries"]);
    options.min_count = c["min_count"];
    options.max_contexts = c["max_contexts"];
    CAPTURE(options.context);
    const auto task = make_corpus(options);

    CHECK(task->word_names == c["words"].get<std::vector<std::string>>());
    CHECK(task->token_names == task->word_names);
    CHECK(task->words == static_cast<Index>(task->word_names.size()));
    REQUIRE(task->contexts == static_cast<Index>(c["columns"].size()));
    CHECK(task->factors.empty());
    CHECK(task->semantic_kernel.size() == 0);
    double largest = 0.0;
    for (std::size_t j = 0; j < c["columns"].size(); ++j) {
      const auto& column = c["columns"][j];
      REQUIRE(task->tokens[j] == column["tokens"].get<std::vector<int>>());
      const auto begin = static_cast<std::size_t>(task->targets.begin[j]);
      const auto end = static_cast<std::size_t>(task->targets.begin[j + 1]);
      REQUIRE(std::vector<Index>(task->targets.word.begin() + task->targets.begin[j],
                                 task->targets.word.begin() + task->targets.begin[j + 1]) ==
              column["words"].get<std::vector<Index>>());
      for (std::size_t i = begin; i < end; ++i)
        largest =
            std::max(largest, std::abs(task->targets.probability[i] - column["p"][i - begin].get<double>()));
      largest = std::max(largest, std::abs(task->weight(static_cast<Index>(j)) - column["pi"].get<double>()));
    }
    CHECK(largest == 0.0);
    CHECK(task->weight.sum() == doctest::Approx(1.0).epsilon(1e-14));
    CHECK(task->entropy_floor == doctest::Approx(c["floor"].get<double>()).epsilon(1e-13));
    for (const auto& [key, value] : c["facts"].items())
      CHECK(fact(*task, key) == doctest::Approx(value.get<double>()).epsilon(1e-14));
    REQUIRE(task->inputs.size() == 1);
    CHECK(task->inputs[0].path == options.path);
    CHECK(task->inputs[0].bytes == expected["bytes"].get<std::uint64_t>());
    CHECK(task->inputs[0].digest == expected["digest"].get<std::string>());
  }
}

TEST_CASE("corpus: contexts do not cross what they are not to cross, and are shorter after it") {
  const TemporaryDirectory directory;
  put(directory / "text.txt", "a b c\na b c\n\na b d\n");
  CorpusOptions options;
  options.path = (directory / "text.txt").string();
  options.context = 2;
  options.boundary = CorpusBoundary::line;
  const auto task = make_corpus(options);
  // "a" at a line's beginning, and "a b": never "c a" or "b c".
  CHECK(std::set<std::string>(task->context_names.begin(), task->context_names.end()) ==
        std::set<std::string>{"a", "a b"});
  const auto chunks = split_into_chunks(task->tokens, 256);
  CHECK(chunks.size() == 1);
  options.boundary = CorpusBoundary::paragraph;
  const auto wider = make_corpus(options);
  CHECK(std::set<std::string>(wider->context_names.begin(), wider->context_names.end()) ==
        std::set<std::string>{"a", "a b", "b c", "c a"});
}

TEST_CASE("corpus: the built-in text is a task of sparse soft labels with shared supports") {
  CorpusOptions options;
  options.min_count = 8;
  const auto task = make_corpus(options);
  CHECK(task->contexts >= 200);
  CHECK(task->contexts <= 400);
  CHECK(!task->is_one_hot());
  CHECK(fact(*task, "one_hot_share") < 0.5);
  std::set<std::vector<Index>> supports;
  for (Index j = 0; j < task->contexts; ++j)
    supports.insert({task->targets.word.begin() + task->targets.begin[static_cast<std::size_t>(j)],
                     task->targets.word.begin() + task->targets.begin[static_cast<std::size_t>(j) + 1]});
  CHECK(static_cast<Index>(supports.size()) < task->contexts);
  CHECK(task->inputs[0].path == "small-stories");
  // The longer the context, the more of them have one next word.
  double before = 0.0;
  for (const int length : {1, 2, 3, 5}) {
    options.context = length;
    options.min_count = 1;
    const double share = fact(*make_corpus(options), "one_hot_share");
    CHECK(share > before);
    before = share;
  }
}

TEST_CASE("corpus: the file of that name wins over the built-in text") {
  CHECK(names_embedded_corpus("small-stories"));
  CHECK(names_embedded_corpus(""));
  CHECK(!names_embedded_corpus("small-stories.txt"));
  const TemporaryDirectory directory;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  std::filesystem::create_directory("small-stories");
  CHECK(names_embedded_corpus("small-stories"));
  std::filesystem::remove("small-stories");
  put("small-stories", "one two one three one two");
  const bool is_embedded = names_embedded_corpus("small-stories");
  CorpusOptions options;
  options.context = 1;
  const auto words = make_corpus(options)->words;
  std::filesystem::current_path(here);
  CHECK(!is_embedded);
  CHECK(words == 3);
}

TEST_CASE("corpus: every model without factors learns it, contexts of unequal length included") {
  const TemporaryDirectory directory;
  put(directory / "text.txt", random_text(300, 3));
  for (const char* model : {"ufm", "transformer"}) {
    Config config;
    config.set("task.kind", Value{std::string("corpus")});
    config.set("task.path", Value{(directory / "text.txt").string()});
    config.set("task.context", Value{std::int64_t{3}});
    config.set("task.boundaries", Value{std::string("line")});
    config.set("model.kind", Value{std::string(model)});
    config.set("model.d", Value{std::int64_t{8}});
    config.set("run.steps", Value{std::int64_t{20}});
    Engine engine(config);
    const double before = engine.records().front().metrics.get("loss");
    engine.advance(20);
    CHECK(engine.records().back().metrics.get("loss") < before);
    CHECK(engine.records().back().metrics.get("loss") > engine.task()->entropy_floor);
  }
}

TEST_CASE("corpus: of a hundred thousand words every context is kept") {
  const TemporaryDirectory directory;
  put(directory / "text.txt", random_text(100'000, 1));
  CorpusOptions options;
  options.path = (directory / "text.txt").string();
  options.context = 5;
  const auto task = make_corpus(options);
  CHECK(task->contexts > 90'000);
  CHECK(task->weight.sum() == doctest::Approx(1.0).epsilon(1e-12));
}
