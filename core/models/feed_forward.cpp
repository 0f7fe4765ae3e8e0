#include "core/models/feed_forward.h"

#include "core/nn/gelu.h"
#include "core/nn/swiglu.h"

namespace gramscope {

Index hidden_width(FeedForwardKind kind, Index d) { return kind == FeedForwardKind::swiglu ? 8 * d / 3 : 4 * d; }

template <class T>
FeedForward<T>::FeedForward(ParameterLayout& layout, const std::string& name, Index d, FeedForwardKind kind,
                            bool has_biases)
    : hidden_rows_(hidden_width(kind, d)),
      gate_(kind == FeedForwardKind::swiglu
                ? std::optional<LinearLayer<T>>(std::in_place, layout, name + ".gate", hidden_rows_, d, has_biases)
                : std::nullopt),
      up_(layout, name + ".up", hidden_rows_, d, has_biases),
      down_(layout, name + ".down", d, hidden_rows_, has_biases) {}

template <class T>
void FeedForward<T>::reserve(Index columns) {
  if (gate_) gate_slope_.resize(hidden_rows_, columns);
  up_slope_.resize(hidden_rows_, columns);
  hidden_.resize(hidden_rows_, columns);
}

template <class T>
void FeedForward<T>::forward_add(const Vector<T>& parameters, MatrixIn<T> input, MatrixOut<T> stream) {
  const Index n = input.cols();
  auto up = up_slope_.leftCols(n);
  auto hidden = hidden_.leftCols(n);
  up_.forward(parameters, input, up);
  if (gate_) {
    auto gate = gate_slope_.leftCols(n);
    gate_->forward(parameters, input, gate);
    swiglu_forward<T>(gate, up, hidden);
  } else {
    gelu_forward<T>(up, hidden);
  }
  down_.forward_add(parameters, hidden, stream);
}

// x <- x + B h + b             =>  dB += dx h^T,  dh = B^T dx
// h = gelu(u)                  =>  du = dh ∘ gelu'(u)
// h = silu(g) ∘ u              =>  dg = dh ∘ silu'(g) ∘ u,  du = dh ∘ silu(g)
// g = C y + c,  u = A y + a    =>  dC += dg y^T,  dA += du y^T,  dy = C^T dg + A^T du
template <class T>
void FeedForward<T>::backward(const Vector<T>& parameters, MatrixIn<T> input, MatrixIn<T> output_gradient,
                              Vector<T>& gradient, MatrixOut<T> scratch, MatrixOut<T> input_gradient) {
  const Index n = input.cols();
  auto d_hidden = scratch.topRows(hidden_rows_).leftCols(n);
  down_.backward_parameters(hidden_.leftCols(n), output_gradient, gradient);
  down_.backward_input(parameters, output_gradient, d_hidden);
  if (!gate_) {
    gelu_backward<T>(up_slope_.leftCols(n), d_hidden);
    up_.backward_parameters(input, d_hidden, gradient);
    up_.backward_input(parameters, d_hidden, input_gradient);
    return;
  }
  auto d_gate = gate_slope_.leftCols(n);
  auto d_up = up_slope_.leftCols(n);
  swiglu_backward<T>(d_gate, d_up, d_hidden, d_gate, d_up);
  gate_->backward_parameters(input, d_gate, gradient);
  up_.backward_parameters(input, d_up, gradient);
  gate_->backward_input(parameters, d_gate, input_gradient);
  input_gradient.noalias() += up_.weight(parameters).transpose() * d_up;
}

template class FeedForward<float>;
template class FeedForward<double>;

}  // namespace gramscope
