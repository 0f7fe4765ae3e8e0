#pragma once

#include <span>

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// Token plus position embedding, x_c = E_(token of c) + R_(position of c).
/// Shapes: `tokens` and `positions` n numbers, `token_table` E d×vocabulary, `position_table` R d×length (0
/// columns: no positions), `output` d×n.
template <class T>
void embedding_forward(std::span<const int> tokens, std::span<const int> positions, MatrixIn<T> token_table,
                       MatrixIn<T> position_table, MatrixOut<T> output);

/// The gradient of embedding_forward: adds to `token_gradient` (d×vocabulary) and `position_gradient`
/// (d×length, or 0 columns). `output_gradient` d×n.
template <class T>
void embedding_backward(std::span<const int> tokens, std::span<const int> positions,
                        MatrixIn<T> output_gradient, MatrixOut<T> token_gradient,
                        MatrixOut<T> position_gradient);

}  // namespace gramscope
