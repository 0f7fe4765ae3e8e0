#pragma once

#include <span>

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// The token embeddings of every context one above the other, right-aligned: of the places for tokens the last holds
/// the context's last token, and places before its first token are 0, x_j = [0; ...; E_(first); ...; E_(last)].
/// Shapes: `tokens` and `positions` the tokens of all contexts, one context after the other, and their positions from
/// 0; `last` n the index of each context's last token among them; `token_table` E e×vocabulary; `output` (places e)×n,
/// overwritten, with at least as many places as the longest context has tokens.
template <class T>
void concatenated_embedding_forward(std::span<const int> tokens, std::span<const int> positions,
                                    std::span<const Index> last, MatrixIn<T> token_table, MatrixOut<T> output);

/// The gradient of concatenated_embedding_forward: adds to `token_gradient` (e×vocabulary). `output_gradient`
/// (places e)×n; what it says of empty places goes nowhere.
template <class T>
void concatenated_embedding_backward(std::span<const int> tokens, std::span<const int> positions,
                                     std::span<const Index> last, MatrixIn<T> output_gradient,
                                     MatrixOut<T> token_gradient);

}  // namespace gramscope
