#include "core/nn/attention.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace gramscope {

namespace {

// Heads are a few vectors long: plain loops over a head's rows beat general matrix products, whose set-up
// would cost more than their arithmetic.

template <class T>
T dot(const T* __restrict a, const T* __restrict b, Index n) {
  // Independent partial sums, or the compiler may not use vectors: it must keep the order of a sum.
  constexpr Index kWide = 64 / static_cast<Index>(sizeof(T));
  constexpr Index kNarrow = 4;
  T sum = T(0);
  Index i = 0;
  if (n >= kWide) {
    T partial[kWide] = {};
    for (; i + kWide <= n; i += kWide)
      for (Index lane = 0; lane < kWide; ++lane) partial[lane] += a[i + lane] * b[i + lane];
    for (Index width = kWide / 2; width > 0; width /= 2)
      for (Index lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
    sum = partial[0];
  }
  if (i + kNarrow <= n) {
    T partial[kNarrow] = {};
    for (; i + kNarrow <= n; i += kNarrow)
      for (Index lane = 0; lane < kNarrow; ++lane) partial[lane] += a[i + lane] * b[i + lane];
    sum += (partial[0] + partial[2]) + (partial[1] + partial[3]);
  }
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

/// y += a x
template <class T>
void add_scaled(T a, const T* __restrict x, T* __restrict y, Index n) {
  for (Index i = 0; i < n; ++i) y[i] += a * x[i];
}

}  // namespace

Index attention_entries(std::span<const AttentionSpan> spans, Index heads) {
  Index entries = 0;
  for (const auto& span : spans) {
    const Index first = span.length - span.queries + 1;
    entries += span.queries * (first + span.length) / 2;
  }
  return entries * heads;
}

template <class T>
void attention_forward(std::span<const AttentionSpan> spans, Index heads, MatrixIn<T> queries,
                       MatrixIn<T> keys_values, VectorOut<T> probabilities, MatrixOut<T> output) {
  const Index d = queries.rows();
  const Index head_rows = d / heads;
  assert(keys_values.rows() == 2 * d && head_rows * heads == d);
  assert(probabilities.size() == attention_entries(spans, heads));
  const T scale = T(1) / std::sqrt(static_cast<T>(head_rows));

  // a_s = q_t . k_s / sqrt(d / heads), less the largest of them
  T* entry = probabilities.data();
  for (const auto& span : spans) {
    for (Index head = 0; head < heads; ++head) {
      for (Index i = 0; i < span.queries; ++i) {
        const Index visible = span.length - span.queries + i + 1;
        const T* q = &queries.coeffRef(head * head_rows, span.query + i);
        const T* k = &keys_values.coeffRef(head * head_rows, span.source);
        T highest = -std::numeric_limits<T>::infinity();
        for (Index s = 0; s < visible; ++s) {
          entry[s] = scale * dot(q, k + s * keys_values.outerStride(), head_rows);
          highest = std::max(highest, entry[s]);
        }
        for (Index s = 0; s < visible; ++s) entry[s] -= highest;
        entry += visible;
      }
    }
  }
  // All spans in one pass: each alone would be too short for vectors.
  probabilities.array() = probabilities.array().exp();

  // p = exp(a) / sum exp(a),  o_t = sum_s p_s v_s
  entry = probabilities.data();
  for (const auto& span : spans) {
    for (Index head = 0; head < heads; ++head) {
      for (Index i = 0; i < span.queries; ++i) {
        const Index visible = span.length - span.queries + i + 1;
        T total = T(0);
        for (Index s = 0; s < visible; ++s) total += entry[s];
        const T share = T(1) / total;
        T* o = &output.coeffRef(head * head_rows, span.query + i);
        const T* v = &keys_values.coeffRef(d + head * head_rows, span.source);
        std::fill(o, o + head_rows, T(0));
        for (Index s = 0; s < visible; ++s) {
          entry[s] *= share;
          add_scaled(entry[s], v + s * keys_values.outerStride(), o, head_rows);
        }
        entry += visible;
      }
    }
  }
}

// o_t = sum_s p_s v_s                   =>  dp_s = do_t . v_s,  dv_s += p_s do_t
// p = softmax(a)                        =>  da_s = p_s (dp_s - sum_r p_r dp_r)
// a_s = q_t . k_s / sqrt(d / heads)     =>  dq_t = sum_s da_s k_s / sqrt(d / heads),  dk_s += da_s q_t /
// sqrt(d / heads)
template <class T>
void attention_backward(std::span<const AttentionSpan> spans, Index heads, MatrixIn<T> queries,
                        MatrixIn<T> keys_values, VectorIn<T> probabilities, MatrixIn<T> output_gradient,
                        MatrixOut<T> queries_gradient, MatrixOut<T> keys_values_gradient,
                        VectorOut<T> scratch) {
  const Index d = queries.rows();
  const Index head_rows = d / heads;
  const T scale = T(1) / std::sqrt(static_cast<T>(head_rows));
  const Index stride = keys_values.outerStride();
  const Index gradient_stride = keys_values_gradient.outerStride();
  keys_values_gradient.setZero();

  const T* p = probabilities.data();
  T* dp = scratch.data();
  for (const auto& span : spans) {
    assert(span.length <= scratch.size());
    for (Index head = 0; head < heads; ++head) {
      const T* k = &keys_values.coeffRef(head * head_rows, span.source);
      const T* v = &keys_values.coeffRef(d + head * head_rows, span.source);
      T* dk = &keys_values_gradient.coeffRef(head * head_rows, span.source);
      T* dv = &keys_values_gradient.coeffRef(d + head * head_rows, span.source);
      for (Index i = 0; i < span.queries; ++i) {
        const Index visible = span.length - span.queries + i + 1;
        const T* q = &queries.coeffRef(head * head_rows, span.query + i);
        const T* d_o = &output_gradient.coeffRef(head * head_rows, span.query + i);
        T* dq = &queries_gradient.coeffRef(head * head_rows, span.query + i);
        T expected = T(0);
        for (Index s = 0; s < visible; ++s) {
          dp[s] = dot(d_o, v + s * stride, head_rows);
          add_scaled(p[s], d_o, dv + s * gradient_stride, head_rows);
          expected += p[s] * dp[s];
        }
        std::fill(dq, dq + head_rows, T(0));
        for (Index s = 0; s < visible; ++s) {
          const T da = scale * p[s] * (dp[s] - expected);
          add_scaled(da, k + s * stride, dq, head_rows);
          add_scaled(da, q, dk + s * gradient_stride, head_rows);
        }
        p += visible;
      }
    }
  }
}

#define GRAMSCOPE_ATTENTION(T)                                                                         \
  template void attention_forward<T>(std::span<const AttentionSpan>, Index, MatrixIn<T>, MatrixIn<T>,  \
                                     VectorOut<T>, MatrixOut<T>);                                      \
  template void attention_backward<T>(std::span<const AttentionSpan>, Index, MatrixIn<T>, MatrixIn<T>, \
                                      VectorIn<T>, MatrixIn<T>, MatrixOut<T>, MatrixOut<T>, VectorOut<T>)
GRAMSCOPE_ATTENTION(float);
GRAMSCOPE_ATTENTION(double);
#undef GRAMSCOPE_ATTENTION

}  // namespace gramscope
