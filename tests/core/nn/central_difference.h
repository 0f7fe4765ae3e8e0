#pragma once

#include <algorithm>

#include "core/linalg/types.h"
#include "core/random/philox.h"

namespace gramscope {

inline MatrixD random_matrix(Index rows, Index cols, Random& random) {
  MatrixD matrix(rows, cols);
  for (Index i = 0; i < matrix.size(); ++i) matrix(i) = random.normal();
  return matrix;
}

/// |g - g'| / max(|g|, |g'|) of `gradient` and the fourth-order central differences of `f` in the entries of
/// `x`. `f` takes no argument and reads `x`.
template <class Array, class F>
double difference_error(Array& x, const Array& gradient, F f) {
  constexpr double kStep = 1e-3;
  Array numeric = x;
  for (Index i = 0; i < x.size(); ++i) {
    const double before = x(i);
    const auto at = [&](double displacement) {
      x(i) = before + displacement;
      return f();
    };
    const double near = at(kStep) - at(-kStep);
    const double far = at(2.0 * kStep) - at(-2.0 * kStep);
    x(i) = before;
    numeric(i) = (8.0 * near - far) / (12.0 * kStep);
  }
  return (gradient - numeric).norm() / std::max(gradient.norm(), numeric.norm());
}

}  // namespace gramscope
