#include "core/nn/gelu.h"

#include <algorithm>
#include <numbers>
#include <unsupported/Eigen/SpecialFunctions>

namespace gramscope {

namespace {

constexpr Index kGeluBlock = 256;

}  // namespace

template <class T>
void gelu_forward(MatrixOut<T> input_to_slope, MatrixOut<T> output) {
  constexpr auto kRootHalf = static_cast<T>(std::numbers::sqrt2 / 2.0);
  constexpr auto kDensityAtZero = static_cast<T>(std::numbers::inv_sqrtpi * std::numbers::sqrt2 / 2.0);
  Eigen::Array<T, kGeluBlock, 1> distribution;
  for (Index j = 0; j < output.cols(); ++j) {
    for (Index begin = 0; begin < output.rows(); begin += kGeluBlock) {
      const Index n = std::min(kGeluBlock, output.rows() - begin);
      auto x = input_to_slope.col(j).segment(begin, n).array();
      auto cdf = distribution.head(n);
      // y = x Phi(x)
      cdf = T(0.5) + T(0.5) * (x * kRootHalf).erf();
      output.col(j).segment(begin, n).array() = x * cdf;
      // dy/dx = Phi(x) + x phi(x)
      x = cdf + x * (kDensityAtZero * (T(-0.5) * x.square()).exp());
    }
  }
}

// y = x Phi(x)  =>  dx = dy ∘ (Phi(x) + x phi(x))
template <class T>
void gelu_backward(MatrixIn<T> slope, MatrixOut<T> gradient) {
  gradient.array() *= slope.array();
}

#define GRAMSCOPE_GELU(T)                                    \
  template void gelu_forward<T>(MatrixOut<T>, MatrixOut<T>); \
  template void gelu_backward<T>(MatrixIn<T>, MatrixOut<T>)
GRAMSCOPE_GELU(float);
GRAMSCOPE_GELU(double);
#undef GRAMSCOPE_GELU

}  // namespace gramscope
