#pragma once

#include <span>

#include "core/nn/matrix_ref.h"

namespace gramscope {

/// Where one context stands in the arrays of an attention layer, and which of its positions ask: the last
/// `queries` of its `length` positions. All of them in an inner layer, one where only the last position is
/// needed after it.
struct AttentionSpan {
  Index source = 0;   ///< column of its first position among keys and values
  Index length = 0;   ///< its positions, >= 1
  Index query = 0;    ///< column of its first query
  Index queries = 0;  ///< 1 ... length
};

/// The number of attention probabilities of these spans: heads × the positions each query sees.
Index attention_entries(std::span<const AttentionSpan> spans, Index heads);

/// Causal multi-head attention within each span: for a head and a query at position t,
/// p_s = softmax over s <= t of (q_t . k_s / sqrt(d / heads)) and o_t = sum_s p_s v_s.
///
/// Source: Vaswani et al. 2017 (arXiv 1706.03762), section 3.2.
/// Shapes: `queries` d×n', `keys_values` 2d×n (keys above values; heads are neighbouring rows),
/// `probabilities` attention_entries(), kept for the backward pass (by span, head, query, position), `output`
/// d×n'. Degenerate: a span of one position copies its value.
template <class T>
void attention_forward(std::span<const AttentionSpan> spans, Index heads, MatrixIn<T> queries,
                       MatrixIn<T> keys_values, VectorOut<T> probabilities, MatrixOut<T> output);

/// The gradient of attention_forward: overwrites `queries_gradient` (d×n') and `keys_values_gradient` (2d×n).
/// `scratch` needs as many entries as the longest span has positions. Other shapes as above.
template <class T>
void attention_backward(std::span<const AttentionSpan> spans, Index heads, MatrixIn<T> queries,
                        MatrixIn<T> keys_values, VectorIn<T> probabilities, MatrixIn<T> output_gradient,
                        MatrixOut<T> queries_gradient, MatrixOut<T> keys_values_gradient,
                        VectorOut<T> scratch);

}  // namespace gramscope
