#include "core/nn/gelu.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/core/nn/central_difference.h"

using namespace gramscope;

TEST_CASE("gelu: is x Phi(x), with Phi by the error function of the standard library") {
  // More rows than the block the loop works in.
  MatrixD x(700, 2);
  for (Index i = 0; i < x.size(); ++i)
    x(i) = -7.0 + 14.0 * static_cast<double>(i) / static_cast<double>(x.size());
  MatrixD slope = x;
  MatrixD y(700, 2);
  gelu_forward<double>(slope, y);
  MatrixF slope_float = x.cast<float>();
  MatrixF y_float(700, 2);
  gelu_forward<float>(slope_float, y_float);
  for (Index i = 0; i < x.size(); ++i) {
    const double exact = 0.5 * x(i) * std::erfc(-x(i) / std::sqrt(2.0));
    CHECK(std::abs(y(i) - exact) < 1e-15 * (1.0 + std::abs(x(i))));
    CHECK(std::abs(static_cast<double>(y_float(i)) - exact) < 1e-6);
    CHECK(std::abs(static_cast<double>(slope_float(i)) - slope(i)) < 2e-6);
  }
}

TEST_CASE("gelu: the slope is that of central differences, and the backward pass multiplies by it") {
  Random random(1);
  MatrixD x = 2.0 * random_matrix(9, 4, random);
  const MatrixD along = random_matrix(9, 4, random);
  MatrixD slope = x;
  MatrixD y(9, 4);
  gelu_forward<double>(slope, y);
  MatrixD gradient = along;
  gelu_backward<double>(slope, gradient);
  const auto value = [&] {
    MatrixD before = x;
    gelu_forward<double>(before, y);
    return y.cwiseProduct(along).sum();
  };
  CHECK(difference_error(x, gradient, value) < 1e-9);
}

TEST_CASE_TEMPLATE("gelu: NaN stays NaN, far left is 0 and far right is x", T, float, double) {
  Matrix<T> x(40, 1);
  x.setConstant(T(1e4));
  x.topRows(10).setConstant(T(-1e4));
  x(7) = x(33) = std::numeric_limits<T>::quiet_NaN();
  Matrix<T> y(40, 1);
  gelu_forward<T>(x, y);
  for (Index i = 0; i < 40; ++i) {
    if (i == 7 || i == 33) {
      CHECK(std::isnan(y(i)));
      CHECK(std::isnan(x(i)));
    } else {
      CHECK(std::abs(y(i) - (i < 10 ? T(0) : T(1e4))) < T(1e-2));
      CHECK(x(i) == doctest::Approx(i < 10 ? 0.0 : 1.0));
    }
  }
}
