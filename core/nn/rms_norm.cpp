#include "core/nn/rms_norm.h"

#include <cmath>

namespace gramscope {

template <class T>
void rms_norm_forward(MatrixIn<T> input, VectorIn<T> gain, MatrixOut<T> normalised, VectorOut<T> inverse_deviation,
                      MatrixOut<T> output) {
  const T scale = T(1) / static_cast<T>(input.rows());
  for (Index j = 0; j < input.cols(); ++j) {
    // n = x r,  r = 1 / sqrt(mean x^2 + eps)
    const T r = T(1) / std::sqrt(input.col(j).squaredNorm() * scale + static_cast<T>(kNormEpsilon));
    normalised.col(j) = input.col(j) * r;
    inverse_deviation(j) = r;
    // y = g ∘ n
    output.col(j).array() = normalised.col(j).array() * gain.array();
  }
}

// y = g ∘ n                                =>  dg = sum n ∘ dy,  dn = g ∘ dy
// n = x r, r = 1 / sqrt(mean x^2 + eps)    =>  dx = r (dn - n mean(n ∘ dn))
template <class T>
void rms_norm_backward(MatrixIn<T> normalised, VectorIn<T> inverse_deviation, VectorIn<T> gain,
                       MatrixIn<T> output_gradient, VectorOut<T> gain_gradient, MatrixOut<T> input_gradient) {
  const T scale = T(1) / static_cast<T>(normalised.rows());
  for (Index j = 0; j < normalised.cols(); ++j) {
    const auto n = normalised.col(j).array();
    const auto dy = output_gradient.col(j).array();
    gain_gradient.array() += n * dy;
    const auto dn = gain.array() * dy;
    const T along = (dn * n).sum() * scale;
    input_gradient.col(j).array() += inverse_deviation(j) * (dn - n * along);
  }
}

#define GRAMSCOPE_RMS_NORM(T)                                                                                       \
  template void rms_norm_forward<T>(MatrixIn<T>, VectorIn<T>, MatrixOut<T>, VectorOut<T>, MatrixOut<T>);            \
  template void rms_norm_backward<T>(MatrixIn<T>, VectorIn<T>, VectorIn<T>, MatrixIn<T>, VectorOut<T>, MatrixOut<T>)
GRAMSCOPE_RMS_NORM(float);
GRAMSCOPE_RMS_NORM(double);
#undef GRAMSCOPE_RMS_NORM

}  // namespace gramscope
