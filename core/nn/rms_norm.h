#pragma once

#include "core/nn/layer_norm.h"
#include "core/nn/matrix_ref.h"

namespace gramscope {

/// Root-mean-square normalisation of every column, y = g ∘ n with n = x / sqrt(mean x² + 1e-5): layer normalisation
/// without its centring and its bias.
///
/// Source: Zhang, Sennrich 2019 (arXiv 1910.07467), eq. 4; math.md section 2.
/// Shapes: `input` d×n, `gain` g d, `normalised` n d×n and `inverse_deviation` n (both kept for the backward pass),
/// `output` d×n. Degenerate: a zero column gives 0.
template <class T>
void rms_norm_forward(MatrixIn<T> input, VectorIn<T> gain, MatrixOut<T> normalised, VectorOut<T> inverse_deviation,
                      MatrixOut<T> output);

/// The gradient of rms_norm_forward: adds to `gain_gradient` and `input_gradient`. Shapes: as above;
/// `output_gradient` and `input_gradient` d×n.
template <class T>
void rms_norm_backward(MatrixIn<T> normalised, VectorIn<T> inverse_deviation, VectorIn<T> gain,
                       MatrixIn<T> output_gradient, VectorOut<T> gain_gradient, MatrixOut<T> input_gradient);

}  // namespace gramscope
