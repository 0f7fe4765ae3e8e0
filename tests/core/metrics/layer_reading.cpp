#include "core/metrics/layer_reading.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random/philox.h"

using namespace gramscope;

namespace {

/// 12 contexts in 4 labels of unequal size, two factors.
Task labelled_task() {
  Task task;
  task.words = 4;
  task.contexts = 12;
  task.weight = VectorD::Constant(12, 1.0 / 12.0);
  task.labels = {0, 1, 2, 3, 0, 1, 2, 3, 0, 0, 1, 2};
  task.targets.begin.push_back(0);
  Factor first{"a", {"0", "1"}, {}};
  Factor second{"b", {"0", "1"}, {}};
  for (int j = 0; j < 12; ++j) {
    task.targets.word.push_back(task.labels[static_cast<std::size_t>(j)]);
    task.targets.probability.push_back(1.0);
    task.targets.begin.push_back(j + 1);
    first.value.push_back(task.labels[static_cast<std::size_t>(j)] / 2);
    second.value.push_back(task.labels[static_cast<std::size_t>(j)] % 2);
  }
  task.factors = {first, second};
  task.semantic_kernel = shared_value_kernel(task.factors, 12);
  return task;
}

MatrixD random_states(Index d, Index m) {
  Random random(5);
  MatrixD states(d, m);
  for (Index i = 0; i < states.size(); ++i) states(i) = random.normal();
  return states;
}

}  // namespace

TEST_CASE("read_layer: nc1_quotient is tr Sigma_W / tr Sigma_B of the definitions") {
  const Task task = labelled_task();
  const MatrixD states = random_states(5, 12);
  MatrixD means = MatrixD::Zero(5, 4);
  VectorD count = VectorD::Zero(4);
  for (Index j = 0; j < 12; ++j) {
    means.col(task.labels[static_cast<std::size_t>(j)]) += states.col(j);
    count(task.labels[static_cast<std::size_t>(j)]) += 1.0;
  }
  for (Index c = 0; c < 4; ++c) means.col(c) /= count(c);
  const VectorD global = means.rowwise().mean();
  MatrixD within = MatrixD::Zero(5, 5);
  MatrixD between = MatrixD::Zero(5, 5);
  for (Index j = 0; j < 12; ++j) {
    const VectorD x = states.col(j) - means.col(task.labels[static_cast<std::size_t>(j)]);
    within += x * x.transpose() / 12.0;
  }
  for (Index c = 0; c < 4; ++c) between += (means.col(c) - global) * (means.col(c) - global).transpose() / 4.0;
  CHECK(read_layer(task, {"x", states}).nc1_quotient == doctest::Approx(within.trace() / between.trace()).epsilon(1e-12));
}

TEST_CASE("read_layer: at collapse nothing varies within classes and the simplex is symmetric") {
  const Task task = labelled_task();
  MatrixD states(4, 12);
  for (Index j = 0; j < 12; ++j) states.col(j) = VectorD::Unit(4, task.labels[static_cast<std::size_t>(j)]);
  const LayerReading reading = read_layer(task, {"x", states});
  CHECK(reading.nc1_quotient == 0.0);
  CHECK(reading.cka_symmetric == doctest::Approx(1.0).epsilon(1e-12));
  // Main effects have two of the three dimensions (math.md section 7).
  CHECK(reading.cka_semantic == doctest::Approx(std::sqrt(2.0 / 3.0)).epsilon(1e-12));
  CHECK(reading.effective_rank <= 3.0 + 1e-9);
}

TEST_CASE("read_layer: what the task does not define is not a number") {
  Task task = labelled_task();
  const MatrixD states = random_states(5, 12);
  task.factors.pop_back();
  CHECK(std::isnan(read_layer(task, {"x", states}).cka_semantic));
  task.factors.clear();
  task.labels.clear();
  CHECK(std::isnan(read_layer(task, {"x", states}).nc1_quotient));
  CHECK(std::isnan(read_layer(labelled_task(), {"x", MatrixD::Ones(5, 12)}).cka_symmetric));
}
