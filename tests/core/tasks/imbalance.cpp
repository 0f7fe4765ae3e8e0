#include "core/tasks/imbalance.h"

#include <doctest/doctest.h>

#include <numeric>

#include "core/linalg/decomposition.h"
#include "core/metrics/measure.h"
#include "core/registry/error.h"
#include "core/tasks/attributes.h"
#include "core/tasks/sentences.h"
#include "core/tasks/support.h"
#include "core/tasks/taxonomy.h"
#include "core/train/engine.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/tasks/task_properties.h"

using namespace gramscope;

namespace {

constexpr Imbalance kStep{.kind = Imbalance::Kind::step, .ratio = 10.0};
constexpr Imbalance kZipf{.kind = Imbalance::Kind::zipf, .exponent = 1.5};

/// (P - 11^T/V) diag(pi), dense.
MatrixD centred_targets(const Task& task) {
  MatrixD a = MatrixD::Constant(task.words, task.contexts, -1.0 / static_cast<double>(task.words));
  for (Index j = 0; j < task.contexts; ++j)
    for (Index e = task.targets.begin[static_cast<std::size_t>(j)]; e < task.targets.begin[static_cast<std::size_t>(j) + 1];
         ++e)
      a(task.targets.word[static_cast<std::size_t>(e)], j) += task.targets.probability[static_cast<std::size_t>(e)];
  return a * task.weight.asDiagonal();
}

/// The end of a run of the UFM on 2^3 labels of which the first four are ten times as frequent.
Metrics end_of_imbalanced_ufm(double lambda, MatrixD* h = nullptr) {
  Config config;
  config.set("model.kind", std::string("ufm"));
  config.set("task.values", std::int64_t{2});
  config.set("task.imbalance", std::string("step"));
  config.set("model.d", std::int64_t{8});
  config.set("model.precision", std::string("double"));
  config.set("optimizer.kind", std::string("momentum"));
  config.set("optimizer.lr", 1.0);
  config.set("reg.lambda_w", lambda);
  config.set("reg.lambda_h", lambda);
  config.set("run.steps", std::int64_t{6000});
  Engine engine(config);
  engine.advance(6000);
  const auto end = engine.embeddings();
  if (h != nullptr) *h = end->h;
  return measure(*end);
}

}  // namespace

TEST_CASE("context_weights: proportional to the frequency of the class, and 1/m exactly where balanced") {
  const std::vector<int> class_of{0, 0, 1, 2, 2, 2};
  const VectorD balanced = context_weights(class_of, {});
  CHECK((balanced.array() == 1.0 / 6.0).all());
  const VectorD zipf = context_weights(class_of, {.kind = Imbalance::Kind::zipf, .exponent = 2.0});
  CHECK(zipf.sum() == doctest::Approx(1.0).epsilon(1e-15));
  CHECK(zipf(0) == zipf(1));
  CHECK(zipf(0) / zipf(2) == doctest::Approx(4.0));
  CHECK(zipf(0) / zipf(5) == doctest::Approx(9.0));
  const VectorD step = context_weights(class_of, kStep);  // two of three classes are frequent
  CHECK(step(0) == step(2));
  CHECK(step(0) / step(3) == doctest::Approx(10.0));
}

TEST_CASE("imbalance: every task with it is sound, and its weights are those of its classes") {
  for (const auto& imbalance : {kStep, kZipf}) {
    for (const auto& task :
         {make_attributes(2, 3, imbalance), make_taxonomy(std::vector<int>{3, 3}, imbalance),
          make_sentences({.factors = 2, .imbalance = imbalance}), make_support({.contexts = 24, .imbalance = imbalance})}) {
      check_is_sound(*task);
      CHECK(task->weight(0) > 5.0 * task->weight(task->contexts - 1));
      for (Index j = 1; j < task->contexts; ++j) CHECK(task->weight(j) <= task->weight(j - 1));
    }
  }
}

TEST_CASE("imbalance: a parameter that the chosen kind does not have does not apply") {
  Config config;
  config.set("task.imbalance_ratio", 5.0);
  CHECK_THROWS_AS(resolve(config), UsageError);
  config.set("task.imbalance", std::string("step"));
  CHECK_NOTHROW(resolve(config));
}

TEST_CASE("ridge_limit: the largest singular value of (P - 11^T/V) diag(pi)") {
  for (const auto& task :
       {make_attributes(3, 3), make_attributes(3, 3, kZipf), make_attributes(2, 2, kStep), make_attributes(1, 2, kStep),
        make_sentences({}), make_sentences({.factors = 2, .imbalance = kZipf}), make_support({}),
        make_support({.vocabulary = 60, .contexts = 200, .overlap = 0.5, .imbalance = kZipf})}) {
    CHECK(task->ridge_limit == doctest::Approx(thin_svd(centred_targets(*task)).s(0)).epsilon(1e-9));
  }
}

TEST_CASE("ridge_limit: 1/m for distinct labels, 1/(K sqrt(n)) for n contexts each, the frequency of the frequent") {
  CHECK(make_attributes(3, 3)->ridge_limit == doctest::Approx(1.0 / 27.0).epsilon(1e-12));
  CHECK(make_sentences({})->ridge_limit == doctest::Approx(1.0 / 27.0 / std::sqrt(8.0)).epsilon(1e-12));
  const auto uneven = make_attributes(3, 2, kStep);
  CHECK(uneven->ridge_limit == doctest::Approx(uneven->weight(0)).epsilon(1e-12));
}

TEST_CASE("imbalance: the UFM dies exactly at the limit") {
  const double limit = make_attributes(3, 2, kStep)->ridge_limit;
  CHECK(end_of_imbalanced_ufm(0.95 * limit).get("norm_h") > 0.1);
  CHECK(end_of_imbalanced_ufm(1.05 * limit).get("norm_h") < 1e-6);
}

TEST_CASE("imbalance: rare classes are told apart exactly below a ridge of their own frequency (minority collapse)") {
  const double rare = make_attributes(3, 2, kStep)->weight(7);
  MatrixD h;
  const auto distance = [&](Index a, Index b) { return (h.col(a) - h.col(b)).norm(); };
  end_of_imbalanced_ufm(1.1 * rare, &h);
  CHECK(distance(4, 7) < 1e-6);
  CHECK(distance(0, 3) > 0.1);
  end_of_imbalanced_ufm(0.8 * rare, &h);
  CHECK(distance(4, 7) > 0.1);
}
