#include "core/theory/in_support.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random/philox.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

/// Three contexts over four words: two next words, one, and all of them.
SparseColumns small_targets() {
  return {{0, 2, 3, 7}, {0, 2, 1, 0, 1, 2, 3}, {0.25, 0.75, 1.0, 0.1, 0.2, 0.3, 0.4}};
}

MatrixD random_logits(Index rows, Index cols) {
  Random random(5, 1);
  MatrixD logits(rows, cols);
  for (Index i = 0; i < logits.size(); ++i) logits(i) = random.normal();
  return logits;
}

}  // namespace

TEST_CASE("supports: equal supports are one, whatever the order of their words") {
  const std::vector<std::vector<Index>> words{{2, 0}, {1}, {0, 2}};
  const auto supports = supports_of(words, 3);
  CHECK(supports.distinct == std::vector<std::vector<Index>>{{0, 2}, {1}});
  CHECK(supports.of_context == std::vector<Index>{0, 1, 0});
  CHECK(supports.multiplicity == std::vector<Index>{2, 1});
  CHECK(supports_of(small_targets(), 4).distinct.size() == 3);
}

TEST_CASE("supports: a list that is no support is named") {
  using Lists = std::vector<std::vector<Index>>;
  CHECK_THROWS_WITH_AS(supports_of(Lists{{0}, {}}, 2), doctest::Contains("support[1]: has no word"), UsageError);
  CHECK_THROWS_WITH_AS(supports_of(Lists{{0, 2}}, 2), doctest::Contains("word 2 is not among 0 to 1"), UsageError);
  CHECK_THROWS_WITH_AS(supports_of(Lists{{1, 1}}, 2), doctest::Contains("word 1 stands there twice"), UsageError);
}

TEST_CASE("in_support_logits: log-ratios of the probabilities on the support, columns of sum 0, nothing elsewhere") {
  const auto logits = in_support_logits(small_targets(), 4);
  CHECK(logits(2, 0) - logits(0, 0) == doctest::Approx(std::log(3.0)).epsilon(1e-14));
  CHECK(logits(3, 2) - logits(1, 2) == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  CHECK(logits.colwise().sum().cwiseAbs().maxCoeff() < 1e-14);
  CHECK(logits.col(1).isZero(0.0));
  CHECK(logits(1, 0) == 0.0);
}

TEST_CASE("project_on_supports: an orthogonal projection that leaves L_in where it is") {
  const auto targets = small_targets();
  const auto supports = supports_of(targets, 4);
  const MatrixD logits = random_logits(4, 3);
  const MatrixD projected = project_on_supports(logits, supports);
  CHECK((project_on_supports(projected, supports) - projected).norm() < 1e-14);
  CHECK(std::abs(projected.cwiseProduct(logits - projected).sum()) < 1e-13);
  const MatrixD inner = in_support_logits(targets, 4);
  CHECK((project_on_supports(inner, supports) - inner).norm() < 1e-14);
}

TEST_CASE("in_support_distance: the norm of P_F(L) - L_in") {
  const auto targets = small_targets();
  const MatrixD logits = random_logits(4, 3);
  const MatrixD difference =
      project_on_supports(logits, supports_of(targets, 4)) - in_support_logits(targets, 4);
  CHECK(in_support_distance(logits, targets) == doctest::Approx(difference.norm()).epsilon(1e-13));
  CHECK(in_support_distance(in_support_logits(targets, 4), targets) < 1e-14);
}

TEST_CASE("support_proxy: the support less the share of words in it") {
  const auto proxy = support_proxy(supports_of(small_targets(), 4));
  CHECK(proxy(0, 0) == 0.5);
  CHECK(proxy(1, 0) == -0.5);
  CHECK(proxy(1, 1) == 0.75);
  CHECK(proxy.col(2).isZero(0.0));
}

}  // namespace gramscope
