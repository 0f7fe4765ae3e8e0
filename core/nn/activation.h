#pragma once

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// A function applied entry by entry between two affine maps.
enum class Activation {
  gelu,  ///< x Phi(x), see gelu.h
  relu,  ///< max(x, 0), with slope 0 at 0
  tanh,
};

/// y = f(x) and its slope f'(x), entry by entry.
/// Shapes: `input_to_slope` holds x before and the slope after, `output` y; both any one size. Degenerate: what is not
/// finite gives what is not finite (for tanh also at infinity: there the run has diverged, however bounded it is).
template <class T>
void activation_forward(Activation activation, MatrixOut<T> input_to_slope, MatrixOut<T> output);

/// dx = dy ∘ slope, in place over `gradient`.
template <class T>
void activation_backward(MatrixIn<T> slope, MatrixOut<T> gradient);

}  // namespace gramscope
