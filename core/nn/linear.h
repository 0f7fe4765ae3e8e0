#pragma once

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// The affine map Y = W X + b 1^T.
/// Shapes: `weight` W o×i, `bias` b o (size 0: no bias), `input` X i×n, `output` Y o×n.
template <class T>
void linear_forward(MatrixIn<T> weight, VectorIn<T> bias, MatrixIn<T> input, MatrixOut<T> output);

/// The affine map on a residual stream, Y <- Y + W X + b 1^T. Shapes as for linear_forward.
template <class T>
void linear_forward_add(MatrixIn<T> weight, VectorIn<T> bias, MatrixIn<T> input, MatrixOut<T> output);

/// Adds what Y = W X + b 1^T contributes to the gradient of its parameters: dW += dY X^T, db += dY 1.
/// Shapes: `input` X i×n, `output_gradient` dY o×n, `weight_gradient` dW o×i, `bias_gradient` db o (or size
/// 0).
template <class T>
void linear_backward_parameters(MatrixIn<T> input, MatrixIn<T> output_gradient, MatrixOut<T> weight_gradient,
                                VectorOut<T> bias_gradient);

/// The gradient of the input of Y = W X + b 1^T: dX = W^T dY.
/// Shapes: `weight` W o×i, `output_gradient` dY o×n, `input_gradient` dX i×n, which is overwritten.
template <class T>
void linear_backward_input(MatrixIn<T> weight, MatrixIn<T> output_gradient, MatrixOut<T> input_gradient);

}  // namespace gramscope
