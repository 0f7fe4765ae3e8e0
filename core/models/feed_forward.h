#pragma once

#include <optional>
#include <string>

#include "core/models/linear_layer.h"

namespace gramscope {

enum class FeedForwardKind {
  gelu,    ///< B gelu(A y + a) + b, of hidden width 4d
  swiglu,  ///< B (silu(C y + c) ∘ (A y + a)) + b, of hidden width floor(8d/3): about as many parameters
};

Index hidden_width(FeedForwardKind kind, Index d);

/// The part of a transformer block that looks at one position alone, with its tensors, in this order, `name`.gate.*
/// (C, c; SwiGLU only), `name`.up.* (A, a) and `name`.down.* (B, b).
///
/// Source: math.md section 2. It keeps what its backward pass needs of its last forward pass and allocates in reserve()
/// alone.
template <class T>
class FeedForward {
 public:
  FeedForward(ParameterLayout& layout, const std::string& name, Index d, FeedForwardKind kind, bool has_biases);
  void reserve(Index columns);

  /// `stream` += the output. Both d×n.
  void forward_add(const Vector<T>& parameters, MatrixIn<T> input, MatrixOut<T> stream);
  /// From the gradient of the output to that of the input, which is overwritten; adds to `gradient`. `input` is that of
  /// the forward pass, `scratch` has at least hidden_width rows and n columns.
  void backward(const Vector<T>& parameters, MatrixIn<T> input, MatrixIn<T> output_gradient, Vector<T>& gradient,
                MatrixOut<T> scratch, MatrixOut<T> input_gradient);

 private:
  Index hidden_rows_;
  std::optional<LinearLayer<T>> gate_;
  LinearLayer<T> up_;
  LinearLayer<T> down_;

  Matrix<T> gate_slope_;  ///< k×n: before the activation its argument, afterwards its slope, then its gradient
  Matrix<T> up_slope_;    ///< the same of the ungated part
  Matrix<T> hidden_;      ///< k×n: after the activation
};

extern template class FeedForward<float>;
extern template class FeedForward<double>;

}  // namespace gramscope
