#include "core/nn/swiglu.h"

#include <algorithm>

namespace gramscope {

namespace {

constexpr Index kSwigluBlock = 256;

}  // namespace

template <class T>
void swiglu_forward(MatrixOut<T> gate_to_slope, MatrixOut<T> up_to_slope, MatrixOut<T> output) {
  Eigen::Array<T, kSwigluBlock, 1> logistic;
  for (Index j = 0; j < output.cols(); ++j) {
    for (Index begin = 0; begin < output.rows(); begin += kSwigluBlock) {
      const Index n = std::min(kSwigluBlock, output.rows() - begin);
      auto a = gate_to_slope.col(j).segment(begin, n).array();
      auto b = up_to_slope.col(j).segment(begin, n).array();
      auto y = output.col(j).segment(begin, n).array();
      auto s = logistic.head(n);
      s = (T(1) + (-a).exp()).inverse();
      // y = a s b,  dy/da = b s (1 + a (1 - s)),  dy/db = a s
      y = a * s * b;
      b *= s * (T(1) + a * (T(1) - s));
      s *= a;
      a = b;
      b = s;
    }
  }
}

// y = silu(a) ∘ b  =>  da = dy ∘ silu'(a) ∘ b,  db = dy ∘ silu(a)
template <class T>
void swiglu_backward(MatrixIn<T> gate_slope, MatrixIn<T> up_slope, MatrixIn<T> output_gradient,
                     MatrixOut<T> gate_gradient, MatrixOut<T> up_gradient) {
  gate_gradient = output_gradient.cwiseProduct(gate_slope);
  up_gradient = output_gradient.cwiseProduct(up_slope);
}

#define GRAMSCOPE_SWIGLU(T)                                                    \
  template void swiglu_forward<T>(MatrixOut<T>, MatrixOut<T>, MatrixOut<T>);   \
  template void swiglu_backward<T>(MatrixIn<T>, MatrixIn<T>, MatrixIn<T>, MatrixOut<T>, MatrixOut<T>)
GRAMSCOPE_SWIGLU(float);
GRAMSCOPE_SWIGLU(double);
#undef GRAMSCOPE_SWIGLU

}  // namespace gramscope
