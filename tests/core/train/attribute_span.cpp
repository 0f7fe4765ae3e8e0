#include "core/train/attribute_span.h"

#include <doctest/doctest.h>

#include "core/linalg/decomposition.h"
#include "core/linalg/gram.h"
#include "core/random/philox.h"
#include "core/tasks/attributes.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

namespace {

Task random_factors(Index contexts, std::initializer_list<int> sizes, std::uint64_t seed) {
  Task task;
  task.contexts = contexts;
  Random random(seed);
  for (const int size : sizes) {
    Factor factor;
    for (Index j = 0; j < contexts; ++j)
      factor.value.push_back(3 * static_cast<int>(random.below(static_cast<std::uint32_t>(size))) + 1);
    task.factors.push_back(factor);
  }
  return task;
}

/// The same by an orthonormal basis of the centred indicators.
VectorD shares_by_basis(const Task& task, const MatrixD& directions) {
  MatrixD indicators(task.contexts, 0);
  for (const auto& factor : task.factors)
    for (int value = 0; value < 100; ++value) {
      VectorD column(task.contexts);
      for (Index j = 0; j < task.contexts; ++j)
        column(j) = factor.value[static_cast<std::size_t>(j)] == value ? 1.0 : 0.0;
      if (column.sum() == 0.0) continue;
      indicators.conservativeResize(Eigen::NoChange, indicators.cols() + 1);
      indicators.rightCols(1) = column.array() - column.mean();
    }
  return (column_basis(indicators, 1e-10).transpose() * directions).colwise().squaredNorm();
}

}  // namespace

TEST_CASE("AttributeSpan: the shares of an orthonormal basis, of crossed, unequal and nested factors") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Task task = random_factors(60, {2, 5, 9}, seed);
    Factor nested = task.factors[1];  // finer than the second factor
    for (std::size_t j = 0; j < nested.value.size(); ++j)
      nested.value[j] += task.factors[0].value[j] > 1 ? 1 : 0;
    task.factors.push_back(nested);
    const MatrixD directions = unit_columns(random_matrix(60, 7, seed));
    const VectorD shares = AttributeSpan(task).shares(directions);
    CHECK((shares - shares_by_basis(task, directions)).cwiseAbs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("AttributeSpan: as many dimensions as crossed factors have main effects") {
  const auto task = make_attributes(3, 3);
  const VectorD shares = AttributeSpan(*task).shares(MatrixD::Identity(27, 27));
  CHECK(shares.sum() == doctest::Approx(6.0).epsilon(1e-12));
}

TEST_CASE("AttributeSpan: values that no two contexts share, or none at all, share nothing") {
  Task task = random_factors(9, {}, 1);
  CHECK(AttributeSpan(task).is_empty());
  CHECK(AttributeSpan(task).shares(MatrixD::Identity(9, 9)) == VectorD::Zero(9));
  task.factors.push_back({"own", {}, {8, 7, 6, 5, 4, 3, 2, 1, 0}});
  CHECK(AttributeSpan(task).is_empty());
  task.factors.push_back({"all", {}, std::vector<int>(9, 4)});
  CHECK(AttributeSpan(task).shares(MatrixD::Identity(9, 9)).maxCoeff() < 1e-15);
}

TEST_CASE("AttributeSpan: thousands of values without a matrix over them") {
  Task task = random_factors(20'000, {5'000, 3}, 4);
  MatrixD directions = MatrixD::Zero(20'000, 2);
  // One that is constant on the values of the first factor, and one that is no function of any.
  for (Index j = 0; j < 20'000; ++j)
    directions(j, 0) = task.factors[0].value[static_cast<std::size_t>(j)] % 7 - 3.0;
  directions.col(0).array() -= directions.col(0).mean();
  directions.col(1) = centre_columns(random_matrix(1, 20'000, 5)).transpose();
  const VectorD shares = AttributeSpan(task).shares(unit_columns(directions));
  CHECK(shares(0) == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(shares(1) > 0.2);
  CHECK(shares(1) < 0.3);
}
