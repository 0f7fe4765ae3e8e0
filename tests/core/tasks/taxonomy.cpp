#include "core/tasks/taxonomy.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/metrics/measure.h"
#include "core/registry/error.h"
#include "core/train/attribute_span.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/tasks/task_properties.h"

using namespace gramscope;

namespace {

std::string tree_problem_of(const std::string& text) {
  try {
    parse_name_tree(text, "tree.txt");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

Config taxonomy_config() {
  Config config;
  config.set("task.kind", std::string("taxonomy"));
  return resolve(config);
}

}  // namespace

TEST_CASE("taxonomy: a leaf per path, with readable names") {
  const auto task = make_taxonomy(std::vector<int>{3, 3, 3});
  check_is_sound(*task);
  check_is_spelled(*task);
  CHECK(task->contexts == 27);
  CHECK(task->has_one_context_per_label());
  CHECK(task->context_names.front() == "animal bird sparrow");
  CHECK(task->word_names.front() == "sparrow");
  CHECK(task->token_names.size() == 3 + 9 + 27);
  CHECK(task->factors[0].name == "domain");
  CHECK(task->factors[2].value_names[1] == "eagle");
}

TEST_CASE("taxonomy: any branching, to five levels; K_sem is the depth of the lowest common ancestor") {
  for (const auto& branching : std::vector<std::vector<int>>{
           {2}, {6}, {2, 6}, {4, 3}, {6, 6, 6}, {2, 3, 4, 5}, {2, 2, 2, 2, 2}, {6, 2, 2, 2, 6}, {2, 2, 2, 6, 6}}) {
    const auto task = make_taxonomy(branching);
    check_is_sound(*task);
    check_is_spelled(*task);
    REQUIRE(task->factors.size() == branching.size());
    for (std::size_t j = 0; j < task->tokens.size(); ++j) {
      for (std::size_t k = 0; k < task->tokens.size(); ++k) {
        const auto& a = task->tokens[j];
        const auto& b = task->tokens[k];
        const auto agreed = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
        CHECK(task->semantic_kernel(static_cast<Index>(j), static_cast<Index>(k)) == static_cast<double>(agreed));
      }
    }
    std::size_t nodes = 1;
    for (std::size_t level = 0; level < branching.size(); ++level) {
      nodes *= static_cast<std::size_t>(branching[level]);
      CHECK(task->factors[level].value_names.size() == nodes);
    }
  }
}

TEST_CASE("taxonomy: below the third level children are lettered, below the fourth numbered") {
  const auto task = make_taxonomy(std::vector<int>{2, 2, 2, 2, 3});
  CHECK(task->context_names.front() == "animal bird sparrow sparrow-a sparrow-a1");
  CHECK(task->context_names[5] == "animal bird sparrow sparrow-b sparrow-b3");
}

TEST_CASE("taxonomy: too many leaves are refused, and a hand at a slider moves the other levels") {
  Config config = taxonomy_config();
  config.set("task.branch_1", std::int64_t{6});
  config.set("task.branch_2", std::int64_t{6});
  config.set("task.levels", std::int64_t{5});
  CHECK_NOTHROW(resolve(config));  // 6 x 6 x 3 x 3 x 3 = 972
  config.set("task.branch_3", std::int64_t{4});
  CHECK_THROWS_AS(resolve(config), UsageError);
  config.set("task.branch_3", std::int64_t{3});
  std::vector<Change> moved;
  const Config wider = with_change(resolve(config), "task.branch_5", Value{std::int64_t{6}}, &moved);
  CHECK(wider.integer("task.branch_5") == 6);
  CHECK_FALSE(moved.empty());
  CHECK_NOTHROW(resolve(wider));
}

TEST_CASE("taxonomy: a level that the tree does not have has no branches") {
  Config config = taxonomy_config();
  config.set("task.branch_4", std::int64_t{5});
  CHECK_THROWS_WITH_AS(resolve(config), "task.branch_4: does not apply here; it needs task.levels above 3", UsageError);
  config.set("task.levels", std::int64_t{4});
  CHECK_NOTHROW(resolve(config));
  const Config shallow = with_change(resolve(config), "task.levels", Value{std::int64_t{2}}, nullptr);
  CHECK_FALSE(shallow.contains("task.branch_4"));
  CHECK(shallow.integer("task.branch_2") == 3);
}

TEST_CASE("taxonomy: leaves are nothing that contexts share") {
  Embeddings embeddings;
  embeddings.task = make_taxonomy(std::vector<int>{3, 3, 3});
  embeddings.h = random_matrix(5, 27, 1);
  embeddings.w = random_matrix(27, 5, 2);
  // The dimension of a subspace is what it takes of all directions: between 3 domains, and between the 3 families of each.
  const VectorD shares = AttributeSpan(*embeddings.task).shares(MatrixD::Identity(27, 27));
  CHECK(shares.sum() == doctest::Approx(8.0).epsilon(1e-12));
  const Metrics metrics = measure(embeddings);
  CHECK(metrics.find("contrast_family")->is_defined());
  CHECK(metrics.find("contrast_kind")->undefined == "no two contexts share a value");
}

TEST_CASE("parse_name_tree: what is wrong is said with file and line") {
  const std::string top = "everything: a b c d e f\n";
  CHECK(parse_name_tree(top, "tree.txt").children.size() == 6);
  CHECK(tree_problem_of("").starts_with("tree.txt:1: no line \"everything"));
  CHECK(tree_problem_of(top + "g: h i j k l m") ==
        "tree.txt:2: g: not the child of a line above, nor everything");
  CHECK(tree_problem_of(top + "a: g h").starts_with("tree.txt:2: a: 2 children are fewer than 6"));
  CHECK(tree_problem_of(top + "a: g h i j k b") == "tree.txt:2: b: already in line 1");
  CHECK(tree_problem_of(top + "a b: g h i j k l") == "tree.txt:2: a node is one word");
  CHECK(tree_problem_of(top + "a: g h i j k l").starts_with("tree.txt:1: everything: some children"));
}
