#pragma once

#include <cstdint>

#include "core/linalg/decomposition.h"
#include "core/linalg/types.h"
#include "core/random/philox.h"

namespace gramscope {

/// rows×cols independent standard normal numbers.
inline MatrixD random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  MatrixD x(rows, cols);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
  return x;
}

/// An orthogonal d×d matrix.
inline MatrixD random_rotation(Index d, std::uint64_t seed) {
  return householder_qr(random_matrix(d, d, seed), d).q;
}

/// I - 11^T/k: its columns are k points equally far apart around 0.
inline MatrixD simplex(Index k) {
  return MatrixD::Identity(k, k) - MatrixD::Constant(k, k, 1.0 / static_cast<double>(k));
}

}  // namespace gramscope
