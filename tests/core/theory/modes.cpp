#include "core/theory/modes.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/tasks/attributes.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/theory/random_task.h"

namespace gramscope {

namespace {

/// M = (P - 11^T/V) diag(pi)
MatrixD deviation(const Task& task) {
  MatrixD m = MatrixD::Constant(task.words, task.contexts, -1.0 / static_cast<double>(task.words));
  for (Index j = 0; j < task.contexts; ++j)
    for (Index i = task.targets.begin[static_cast<std::size_t>(j)]; i < task.targets.begin[static_cast<std::size_t>(j) + 1]; ++i)
      m(task.targets.word[static_cast<std::size_t>(i)], j) += task.targets.probability[static_cast<std::size_t>(i)];
  return m * task.weight.asDiagonal();
}

void check_singular(const ModeGroup& group, const MatrixD& m) {
  const Index n = group.count();
  REQUIRE(group.v.cols() == n);
  CHECK((group.v.transpose() * group.v - MatrixD::Identity(n, n)).norm() < 1e-12);
  CHECK((group.u.transpose() * group.u - MatrixD::Identity(n, n)).norm() < 1e-12);
  const double largest = m.norm();
  CHECK((m * group.v - group.singular_value * group.u).norm() < 1e-13 * largest);
  CHECK((m.transpose() * group.u - group.singular_value * group.v).norm() < 1e-13 * largest);
}

}  // namespace

TEST_CASE("modes: the attributes 3x3x3 are learned in two speeds, what contexts share and what is their own") {
  const auto task = make_attributes(3, 3);
  const Modes modes = modes_of(*task);
  REQUIRE(modes.groups.size() == 2);
  CHECK(modes.undefined.empty());
  const auto& main_effects = modes.groups[0];
  const auto& others = modes.groups[1];
  CHECK(main_effects.count() == 6);
  CHECK(others.count() == 20);
  // 9 contexts per value, a third of A^T A each.
  CHECK(main_effects.kernel_eigenvalue == doctest::Approx(3.0).epsilon(1e-13));
  CHECK(others.kernel_eigenvalue == 0.0);
  for (const auto& group : modes.groups) {
    CHECK(group.singular_value == doctest::Approx(1.0 / 27.0).epsilon(1e-13));
    CHECK(group.is_kernel_exact);
    CHECK(group.v.colwise().sum().norm() < 1e-13);
    check_singular(group, deviation(*task));
  }
}

TEST_CASE("modes: a crossed design of two values has its 2^k - 1 contrasts, those of one factor first") {
  const Modes modes = modes_of(*make_attributes(4, 2));
  REQUIRE(modes.groups.size() == 2);
  CHECK(modes.groups[0].count() == 4);
  // 8 contexts per value, a quarter of A^T A each.
  CHECK(modes.groups[0].kernel_eigenvalue == doctest::Approx(2.0).epsilon(1e-13));
  CHECK(modes.groups[1].count() == 11);
}

TEST_CASE("modes: without symmetry they are the singular vectors, largest first, one by one") {
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    const auto task = random_task(seed % 2 == 0 ? 7 : 16, 12, 3, seed);
    const MatrixD m = deviation(*task);
    const auto svd = thin_svd(m);
    const Modes modes = modes_of(*task);
    REQUIRE(modes.groups.size() <= kMostModeGroups);
    REQUIRE(!modes.groups.empty());
    Index i = 0;
    for (const auto& group : modes.groups) {
      check_singular(group, m);
      CHECK(group.kernel_eigenvalue == 0.0);
      CHECK(group.singular_value == doctest::Approx(svd.s(i)).epsilon(1e-11));
      i += group.count();
    }
  }
}

TEST_CASE("modes: weights that break the symmetry are told from a kernel that fits") {
  Imbalance imbalance;
  imbalance.kind = Imbalance::Kind::zipf;
  const Modes modes = modes_of(*make_attributes(3, 3, imbalance));
  REQUIRE(!modes.groups.empty());
  CHECK(!modes.groups[0].is_kernel_exact);
}

TEST_CASE("modes: undefined where nothing is to be learned and where there is too much") {
  Task task;
  task.words = 2;
  task.contexts = 2;
  task.targets = {{0, 2, 4}, {0, 1, 0, 1}, {0.5, 0.5, 0.5, 0.5}};
  task.weight = VectorD::Constant(2, 0.5);
  const Modes none = modes_of(task);
  CHECK(none.groups.empty());
  CHECK(none.undefined.find("nothing is to be learned") != std::string::npos);

  Task large;
  large.words = 1000;
  large.contexts = 1000;
  CHECK(modes_of(large).undefined == "1000 words and 1000 contexts are too many to take apart into modes");
}

TEST_CASE("mode_value: the mean of the diagonal of U^T W H V, and no turn within a group changes it") {
  const Modes modes = modes_of(*make_attributes(2, 3));
  const auto& group = modes.groups.front();
  const MatrixD w = random_matrix(9, 4, 1);
  const MatrixD h = random_matrix(4, 9, 2);
  const double value = mode_value(group, w, h);
  CHECK(value == doctest::Approx((group.u.transpose() * w * h * group.v).trace() / static_cast<double>(group.count()))
                     .epsilon(1e-13));
  ModeGroup turned = group;
  const MatrixD q = random_rotation(group.count(), 5);
  turned.u = group.u * q;
  turned.v = group.v * q;
  CHECK(mode_value(turned, w, h) == doctest::Approx(value).epsilon(1e-12));
}

}  // namespace gramscope
