#include "core/linalg/leading_eigen.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/linalg/principal_subspace.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

namespace {

/// Q diag(values) Q^T for a rotation Q.
MatrixD with_eigenvalues(const VectorD& values, std::uint64_t seed) {
  const MatrixD q = random_rotation(values.size(), seed);
  const MatrixD a = q * values.asDiagonal() * q.transpose();
  return 0.5 * (a + a.transpose());
}

void check_eigen(const MatrixD& a, const VectorD& expected, Index count) {
  const SymmetricEigen eigen = leading_eigen(a, count);
  const double largest = expected.cwiseAbs().maxCoeff();
  REQUIRE(eigen.values.size() == count);
  REQUIRE(eigen.vectors.rows() == a.rows());
  REQUIRE(eigen.vectors.cols() == count);
  CHECK((eigen.values - expected.head(count)).cwiseAbs().maxCoeff() <= kEigenResidual * largest);
  CHECK((a * eigen.vectors - eigen.vectors * eigen.values.asDiagonal()).colwise().norm().maxCoeff() <=
        2.0 * kEigenResidual * largest);
  CHECK((eigen.vectors.transpose() * eigen.vectors - MatrixD::Identity(count, count)).norm() < 1e-12);
}

}  // namespace

TEST_CASE(
    "leading_eigen: the largest of a spectrum that falls slowly, fast, or has one far above the others") {
  const Index n = 200;
  VectorD slow(n);
  VectorD fast(n);
  for (Index i = 0; i < n; ++i) {
    slow(i) = 2.0 - static_cast<double>(i) / static_cast<double>(n);
    fast(i) = std::pow(0.7, static_cast<double>(i));
  }
  VectorD outlier = slow;
  outlier(0) = 1e6;
  check_eigen(with_eigenvalues(slow, 1), slow, 8);
  check_eigen(with_eigenvalues(fast, 2), fast, 8);
  check_eigen(with_eigenvalues(outlier, 3), outlier, 8);
}

TEST_CASE("leading_eigen: every copy of an eigenvalue, also of more copies than a block has vectors") {
  const Index n = 240;
  VectorD values(n);
  for (Index i = 0; i < n; ++i) values(i) = i < 40 ? 1.0 : 0.5 - 0.001 * static_cast<double>(i);
  check_eigen(with_eigenvalues(values, 4), values, 32);
  // Fewer directions than are wanted: the rest is 0.
  VectorD few = VectorD::Zero(n);
  few.head(5).setConstant(3.0);
  check_eigen(with_eigenvalues(few, 5), few, 32);
  check_eigen(MatrixD::Zero(n, n), VectorD::Zero(n), 32);
}

TEST_CASE("leading_eigen: also of negative values, of the largest first") {
  VectorD values = VectorD::LinSpaced(160, 1.0, -3.0);
  check_eigen(with_eigenvalues(values, 6), values, 8);
}

TEST_CASE("leading_eigen: the same bits again, and what is not finite comes to an end") {
  MatrixD a = random_matrix(200, 200, 7);
  a += a.transpose().eval();
  const SymmetricEigen first = leading_eigen(a, 8);
  const SymmetricEigen second = leading_eigen(a, 8);
  CHECK(first.values == second.values);
  CHECK(first.vectors == second.vectors);
  a.setConstant(std::nan(""));
  CHECK(std::isnan(leading_eigen(a, 8).values(0)));
}

TEST_CASE("principal_axes: of many directions the leading ones, as a full decomposition has them") {
  const Index n = kAllAxes + 30;
  MatrixD x = random_matrix(n, n + 5, 9);
  for (Index i = 0; i < n; ++i) x.row(i) *= std::pow(static_cast<double>(i + 1), -0.5);
  const PrincipalAxes axes = principal_axes(x);
  REQUIRE(axes.singular_values.size() == kLeadingAxes);
  REQUIRE(axes.contexts.rows() == n + 5);
  const VectorD all = singular_values(x);
  CHECK((axes.singular_values.cwiseAbs2() - all.head(kLeadingAxes).cwiseAbs2()).cwiseAbs().maxCoeff() <
        2.0 * kEigenResidual * all(0) * all(0));
  // X v has the length s, and the X v of different axes are at right angles.
  const MatrixD images = x * axes.contexts;
  const MatrixD square = images.transpose() * images;
  CHECK((square - MatrixD(axes.singular_values.cwiseAbs2().asDiagonal())).norm() < 1e-8 * square.norm());
  const PrincipalAxes tall = principal_axes(x.transpose());
  CHECK((tall.singular_values - axes.singular_values).cwiseAbs().maxCoeff() < 1e-10 * all(0));
}
