#include "core/nn/layer_norm.h"

#include <cmath>

namespace gramscope {

template <class T>
void layer_norm_forward(MatrixIn<T> input, VectorIn<T> gain, VectorIn<T> bias, MatrixOut<T> normalised,
                        VectorOut<T> inverse_deviation, MatrixOut<T> output) {
  const T scale = T(1) / static_cast<T>(input.rows());
  for (Index j = 0; j < input.cols(); ++j) {
    auto n = normalised.col(j).array();
    // n = (x - mean x) r,  r = 1 / sqrt(mean (x - mean x)^2 + eps)
    n = input.col(j).array() - input.col(j).sum() * scale;
    const T r = T(1) / std::sqrt(n.matrix().squaredNorm() * scale + static_cast<T>(kNormEpsilon));
    n *= r;
    inverse_deviation(j) = r;
    // y = g ∘ n + b
    if (bias.size() == 0) {
      output.col(j).array() = n * gain.array();
    } else {
      output.col(j).array() = n * gain.array() + bias.array();
    }
  }
}

// y = g ∘ n + b                                =>  dg = sum n ∘ dy,  db = sum dy,  dn = g ∘ dy
// n = (x - mean x) r, r = 1 / sqrt(var + eps)  =>  dx = r (dn - mean dn - n mean(n ∘ dn))
template <class T>
void layer_norm_backward(MatrixIn<T> normalised, VectorIn<T> inverse_deviation, VectorIn<T> gain,
                         MatrixIn<T> output_gradient, VectorOut<T> gain_gradient, VectorOut<T> bias_gradient,
                         MatrixOut<T> input_gradient) {
  const T scale = T(1) / static_cast<T>(normalised.rows());
  for (Index j = 0; j < normalised.cols(); ++j) {
    const auto n = normalised.col(j).array();
    const auto dy = output_gradient.col(j).array();
    gain_gradient.array() += n * dy;
    if (bias_gradient.size() != 0) bias_gradient.array() += dy;
    const auto dn = gain.array() * dy;
    const T mean = dn.sum() * scale;
    const T along = (dn * n).sum() * scale;
    input_gradient.col(j).array() += inverse_deviation(j) * (dn - mean - n * along);
  }
}

#define GRAMSCOPE_LAYER_NORM(T)                                                                          \
  template void layer_norm_forward<T>(MatrixIn<T>, VectorIn<T>, VectorIn<T>, MatrixOut<T>, VectorOut<T>, \
                                      MatrixOut<T>);                                                     \
  template void layer_norm_backward<T>(MatrixIn<T>, VectorIn<T>, VectorIn<T>, MatrixIn<T>, VectorOut<T>, \
                                       VectorOut<T>, MatrixOut<T>)
GRAMSCOPE_LAYER_NORM(float);
GRAMSCOPE_LAYER_NORM(double);
#undef GRAMSCOPE_LAYER_NORM

}  // namespace gramscope
