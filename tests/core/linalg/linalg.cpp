#include <doctest/doctest.h>

#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/gram.h"
#include "core/linalg/principal_subspace.h"
#include "core/linalg/spectrum.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

TEST_CASE("decompositions: rebuild the matrix from orthonormal factors, tall, wide and square") {
  for (const auto& [rows, cols] : {std::pair<Index, Index>{4, 9}, {9, 4}, {6, 6}, {40, 17}}) {
    const MatrixD x = random_matrix(rows, cols, 5);
    const Index k = std::min(rows, cols);
    const auto svd = thin_svd(x);
    CHECK((svd.u * svd.s.asDiagonal() * svd.v.transpose() - x).norm() < 1e-12 * x.norm());
    CHECK((svd.u.transpose() * svd.u - MatrixD::Identity(k, k)).norm() < 1e-12);
    CHECK((svd.v.transpose() * svd.v - MatrixD::Identity(k, k)).norm() < 1e-12);
    for (Index i = 1; i < k; ++i) CHECK(svd.s(i) <= svd.s(i - 1));
    const auto qr = householder_qr(x, k);
    CHECK((qr.q * qr.r - x).norm() < 1e-12 * x.norm());
    CHECK((qr.q.transpose() * qr.q - MatrixD::Identity(k, k)).norm() < 1e-12);
    const MatrixD gram = x.transpose() * x;
    const auto eigen = symmetric_eigen(gram);
    CHECK((gram * eigen.vectors - eigen.vectors * eigen.values.asDiagonal()).norm() < 1e-11 * gram.norm());
    CHECK((symmetric_eigenvalues(gram) - eigen.values).norm() < 1e-12 * gram.norm());
  }
  MatrixD low = random_matrix(9, 2, 1) * random_matrix(2, 5, 2);
  const MatrixD basis = column_basis(low, 1e-10);
  CHECK(basis.cols() == 2);
  CHECK((basis * basis.transpose() * low - low).norm() < 1e-12 * low.norm());
}

TEST_CASE("cosine_gram: unit diagonal, symmetric, unchanged by rotation and by the length of columns") {
  MatrixD x = random_matrix(5, 9, 1);
  const MatrixD gram = cosine_gram(x);
  CHECK((gram - gram.transpose()).norm() == 0.0);
  for (Index j = 0; j < 9; ++j) CHECK(gram(j, j) == 1.0);
  x.col(3) *= 1e-200;
  x.col(4) *= 1e200;
  CHECK((cosine_gram(random_rotation(5, 2) * x) - gram).norm() < 1e-12);
}

TEST_CASE("cosine_gram: a zero column has no direction") {
  MatrixD x = random_matrix(3, 4, 1);
  x.col(2).setZero();
  const MatrixD gram = cosine_gram(x);
  CHECK(std::isnan(gram(2, 2)));
  CHECK(std::isnan(gram(0, 2)));
  CHECK(std::isfinite(gram(0, 1)));
}

TEST_CASE("centre_kernel: removes row and column means, like centring the points") {
  const MatrixD x = random_matrix(4, 7, 3);
  const MatrixD c = centre_columns(x);
  CHECK(c.rowwise().sum().norm() < 1e-13);
  CHECK((centre_kernel(x.transpose() * x) - c.transpose() * c).norm() < 1e-12);
}

TEST_CASE("squared_singular_values: those of an SVD, wide or tall") {
  for (const auto& [rows, cols] : {std::pair<Index, Index>{4, 9}, {9, 4}, {6, 6}}) {
    const MatrixD x = random_matrix(rows, cols, 5);
    const VectorD expected = thin_svd(x).s.array().square();
    CHECK((squared_singular_values(x) - expected).norm() < 1e-12 * expected.norm());
  }
}

TEST_CASE("effective_rank and participation_ratio: the number of equal directions") {
  for (Index r = 1; r <= 6; ++r) {
    VectorD squared = VectorD::Zero(8);
    squared.head(r).setConstant(2.5);
    CHECK(effective_rank(squared) == doctest::Approx(static_cast<double>(r)).epsilon(1e-14));
    CHECK(participation_ratio(squared) == doctest::Approx(static_cast<double>(r)).epsilon(1e-14));
  }
  CHECK(std::isnan(effective_rank(VectorD::Zero(3))));
  CHECK(std::isnan(explained_variance(VectorD::Zero(3), 2)));
  VectorD two(2);
  two << 3.0, 1.0;
  CHECK(participation_ratio(two) == doctest::Approx(16.0 / 10.0));
  CHECK(effective_rank(two) == doctest::Approx(std::exp(-0.75 * std::log(0.75) - 0.25 * std::log(0.25))));
  CHECK(explained_variance(two, 1) == 0.75);
}

TEST_CASE("principal_axes: rebuild the Gram matrix, wide or tall") {
  for (const auto& [rows, cols] : {std::pair<Index, Index>{4, 9}, {9, 4}}) {
    const MatrixD x = centre_columns(random_matrix(rows, cols, 8));
    const auto axes = principal_axes(x);
    const MatrixD v = axes.contexts * axes.singular_values.asDiagonal();
    CHECK((v * v.transpose() - x.transpose() * x).norm() < 1e-11);
  }
}

TEST_CASE("procrustes_rotation: finds the rotation or mirror that was applied") {
  const MatrixD x = random_matrix(3, 10, 4);
  MatrixD q = random_rotation(3, 6);
  CHECK((procrustes_rotation(x, q * x) - q).norm() < 1e-12);
  q.row(0) *= -1.0;
  CHECK((procrustes_rotation(x, q * x) - q).norm() < 1e-12);
}

TEST_CASE("steady_projection: does not move when the points only rotate in space") {
  const MatrixD x = centre_columns(random_matrix(6, 20, 9));
  const Projection first = steady_projection(principal_axes(x), {});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Projection next = steady_projection(principal_axes(random_rotation(6, seed) * x), first);
    CHECK((next - first).norm() < 1e-10 * first.norm());
  }
}

TEST_CASE("steady_projection: stays near the previous picture where directions are nearly equal") {
  // A simplex: all singular values equal, so that any three directions are principal.
  const Index n = 12;
  Projection previous = steady_projection(principal_axes(simplex(n)), {});
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    const MatrixD jitter = centre_columns(simplex(n) + 1e-4 * random_matrix(n, n, seed));
    const Projection next = steady_projection(principal_axes(jitter), previous);
    CHECK((next - previous).norm() < 0.02 * previous.norm());
    previous = next;
  }
}

TEST_CASE("steady_projection: fewer than three directions leave rows of zeros") {
  const MatrixD line = centre_columns(random_matrix(1, 5, 2));
  const Projection projection = steady_projection(principal_axes(line), {});
  CHECK(projection.row(0).norm() > 0.0);
  CHECK(projection.bottomRows(2).norm() == 0.0);
  const Projection none = steady_projection(principal_axes(MatrixD(3, 0)), {});
  CHECK(none.cols() == 0);
}
