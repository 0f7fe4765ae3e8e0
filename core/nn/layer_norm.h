#pragma once

#include "core/nn/matrix_ref.h"

namespace gramscope {

inline constexpr double kNormEpsilon = 1e-5;

/// Layer normalisation of every column, y = g ∘ n + b with n = (x - mean x) / sqrt(var x + 1e-5), population
/// variance.
///
/// Source: Ba, Kiros, Hinton 2016 (arXiv 1607.06450), eq. 4; math.md section 2.
/// Shapes: `input` d×n, `gain` g d, `bias` b d (size 0: no bias), `normalised` n d×n and `inverse_deviation`
/// n (both kept for the backward pass), `output` d×n. Degenerate: a constant column gives y = b.
template <class T>
void layer_norm_forward(MatrixIn<T> input, VectorIn<T> gain, VectorIn<T> bias, MatrixOut<T> normalised,
                        VectorOut<T> inverse_deviation, MatrixOut<T> output);

/// The gradient of layer_norm_forward: adds to `gain_gradient`, `bias_gradient` (or size 0) and
/// `input_gradient`. Shapes: as above; `output_gradient` and `input_gradient` d×n.
template <class T>
void layer_norm_backward(MatrixIn<T> normalised, VectorIn<T> inverse_deviation, VectorIn<T> gain,
                         MatrixIn<T> output_gradient, VectorOut<T> gain_gradient, VectorOut<T> bias_gradient,
                         MatrixOut<T> input_gradient);

}  // namespace gramscope
