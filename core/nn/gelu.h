#pragma once

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// The Gaussian error linear unit y = x Phi(x), Phi(x) = (1 + erf(x / sqrt 2)) / 2, and its slope
/// dy/dx = Phi(x) + x phi(x), entry by entry.
///
/// Source: Hendrycks, Gimpel 2016 (arXiv 1606.08415), section 2; the exact form, not the tanh approximation.
/// Shapes: `input_to_slope` holds x before and the slope after, `output` y; both any one size.
/// Range: y >= -0.17; far to the left 0, far to the right x.
template <class T>
void gelu_forward(MatrixOut<T> input_to_slope, MatrixOut<T> output);

/// dx = dy ∘ slope, in place over `gradient`.
template <class T>
void gelu_backward(MatrixIn<T> slope, MatrixOut<T> gradient);

}  // namespace gramscope
