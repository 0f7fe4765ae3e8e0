#include "core/linalg/small_gram.h"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "core/linalg/decomposition.h"
#include "core/linalg/tridiagonal.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

TEST_CASE("small_gram: the smaller of the two products, across the borders of its parts") {
  for (const auto& [rows, cols] : {std::pair<Index, Index>{3, 1100}, {1100, 3}, {600, 700}, {530, 520}, {8, 8}, {1, 1}}) {
    const MatrixD x = random_matrix(rows, cols, 1);
    const VectorD shift = random_matrix(rows, 1, 2);
    const MatrixD y = x.colwise() - shift;
    const MatrixD expected = rows < cols ? MatrixD(y * y.transpose()) : MatrixD(y.transpose() * y);
    double work = 0.0;
    const MatrixD gram = small_gram(x, shift, [&](double multiplications) { work += multiplications; });
    CHECK((gram - expected).norm() < 1e-13 * expected.norm());
    CHECK(gram == gram.transpose());
    CHECK(work > 0.0);
    CHECK(work < 2.5 * small_gram_work(rows, cols));
  }
}

TEST_CASE("eigenvalues_by_tridiagonal: those of a full decomposition, for any size beside its panels") {
  for (const Index n : {1, 2, 3, 31, 32, 33, 64, 65, 150}) {
    CAPTURE(n);
    const MatrixD x = random_matrix(n, n + 3, static_cast<std::uint64_t>(n));
    const MatrixD a = x * x.transpose();
    const VectorD expected = symmetric_eigen(a).values;
    CHECK((eigenvalues_by_tridiagonal(a) - expected).norm() < 1e-13 * expected.norm());
    const MatrixD low = x.leftCols(1) * x.leftCols(1).transpose();
    const VectorD values = eigenvalues_by_tridiagonal(low);
    CHECK(values(0) == doctest::Approx(low.trace()).epsilon(1e-13));
    CHECK(values.tail(n - 1).norm() <= 1e-13 * low.trace());
  }
  const MatrixD diagonal = VectorD::LinSpaced(70, 1.0, 70.0).asDiagonal();
  CHECK((eigenvalues_by_tridiagonal(diagonal) - VectorD::LinSpaced(70, 70.0, 1.0)).norm() < 1e-12);
}

TEST_CASE("eigenvalues_by_tridiagonal: can be stopped, and a matrix that is not finite has none") {
  const MatrixD x = random_matrix(80, 80, 1);
  CHECK_THROWS_AS(eigenvalues_by_tridiagonal(x * x.transpose(), [](double) { throw std::runtime_error("stopped"); }),
                  std::runtime_error);
  MatrixD broken = x * x.transpose();
  broken(40, 3) = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(eigenvalues_by_tridiagonal(broken).allFinite());
}
