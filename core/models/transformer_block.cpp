#include "core/models/transformer_block.h"

#include <algorithm>

#include "core/nn/attention.h"
#include "core/nn/gelu.h"
#include "core/nn/layer_norm.h"
#include "core/nn/linear.h"

namespace gramscope {

namespace {

template <class T>
Eigen::Map<const Vector<T>, Eigen::Aligned64> vector_view(const Vector<T>& flat, const TensorShape& shape) {
  return {flat.data() + shape.offset, shape.size()};
}
template <class T>
Eigen::Map<Vector<T>, Eigen::Aligned64> vector_view(Vector<T>& flat, const TensorShape& shape) {
  return {flat.data() + shape.offset, shape.size()};
}

template <class T>
void gather(MatrixIn<T> from, const std::vector<Index>& columns, MatrixOut<T> to) {
  for (std::size_t j = 0; j < columns.size(); ++j) to.col(static_cast<Index>(j)) = from.col(columns[j]);
}
template <class T>
void scatter_add(MatrixIn<T> from, const std::vector<Index>& columns, MatrixOut<T> to) {
  for (std::size_t j = 0; j < columns.size(); ++j) to.col(columns[j]) += from.col(static_cast<Index>(j));
}

TensorShape add_tensor(ParameterLayout& layout, const std::string& name, Index rows, Index cols) {
  return layout.tensor(layout.add(name, rows, cols));
}

}  // namespace

template <class T>
NormLayer<T>::NormLayer(ParameterLayout& layout, const std::string& name, Index d)
    : gain_(add_tensor(layout, name + ".gain", d, 1)), bias_(add_tensor(layout, name + ".bias", d, 1)) {}

template <class T>
void NormLayer<T>::reserve(Index columns) {
  normalised_.resize(gain_.rows, columns);
  inverse_deviation_.resize(columns);
  output_.resize(gain_.rows, columns);
}

template <class T>
void NormLayer<T>::forward(const Vector<T>& parameters, MatrixIn<T> input) {
  columns_ = input.cols();
  layer_norm_forward<T>(input, vector_view(parameters, gain_), vector_view(parameters, bias_),
                        normalised_.leftCols(columns_), inverse_deviation_.head(columns_),
                        output_.leftCols(columns_));
}

template <class T>
void NormLayer<T>::backward(const Vector<T>& parameters, MatrixIn<T> output_gradient, Vector<T>& gradient,
                            MatrixOut<T> input_gradient) {
  layer_norm_backward<T>(normalised_.leftCols(columns_), inverse_deviation_.head(columns_),
                         vector_view(parameters, gain_), output_gradient, vector_view(gradient, gain_),
                         vector_view(gradient, bias_), input_gradient);
}

LinearTensors::LinearTensors(ParameterLayout& layout, const std::string& name, Index outputs, Index inputs)
    : weight(add_tensor(layout, name + ".weight", outputs, inputs)),
      bias(add_tensor(layout, name + ".bias", outputs, 1)) {}

template <class T>
void BlockScratch<T>::reserve(Index d, Index columns, Index contexts, Index longest) {
  norm.resize(d, columns);
  qkv.resize(3 * d, columns);
  attended.resize(d, columns);
  hidden.resize(4 * d, columns);
  last_queries.resize(d, contexts);
  span.resize(longest);
}

template <class T>
TransformerBlock<T>::TransformerBlock(ParameterLayout& layout, const std::string& name, Index d, Index heads,
                                      bool is_final)
    : d_(d),
      heads_(heads),
      is_final_(is_final),
      attention_norm_(layout, name + ".norm1", d),
      qkv_(layout, name + ".attention.qkv", 3 * d, d),
      attention_output_(layout, name + ".attention.output", d, d),
      mlp_norm_(layout, name + ".norm2", d),
      up_(layout, name + ".mlp.up", 4 * d, d),
      down_(layout, name + ".mlp.down", d, 4 * d) {}

template <class T>
void TransformerBlock<T>::reserve(Index columns, Index contexts, const std::vector<ContextChunk>& chunks) {
  const Index asked = is_final_ ? contexts : columns;
  Index entries = 0;
  for (const auto& chunk : chunks)
    entries = std::max(entries, attention_entries(is_final_ ? chunk.last : chunk.every, heads_));
  attention_norm_.reserve(columns);
  qkv_values_.resize(3 * d_, columns);
  last_queries_.resize(d_, is_final_ ? contexts : 0);
  last_normalised_.resize(d_, is_final_ ? contexts : 0);
  probabilities_.resize(entries);
  attended_.resize(d_, asked);
  mlp_norm_.reserve(asked);
  slope_.resize(4 * d_, asked);
  hidden_.resize(4 * d_, asked);
}

template <class T>
void TransformerBlock<T>::forward(const Vector<T>& parameters, const ContextChunk& chunk, MatrixOut<T> stream,
                                  MatrixOut<T> asked) {
  attention_pass(parameters, chunk, stream, asked);
  mlp_pass(parameters, asked);
}

template <class T>
void TransformerBlock<T>::backward(const Vector<T>& parameters, const ContextChunk& chunk,
                                   Vector<T>& gradient, MatrixOut<T> stream, MatrixOut<T> asked,
                                   BlockScratch<T>& scratch) {
  mlp_pass_back(parameters, gradient, asked, scratch);
  attention_pass_back(parameters, chunk, gradient, stream, asked, scratch);
}

// y = norm x;  [q; k; v] = A y + a;  x <- x + B attention(q, k, v) + b
template <class T>
void TransformerBlock<T>::attention_pass(const Vector<T>& parameters, const ContextChunk& chunk,
                                         MatrixOut<T> stream, MatrixOut<T> asked) {
  const Index n = stream.cols();
  const Index n_asked = asked.cols();
  const auto weight = view(parameters, qkv_.weight);
  const auto bias = vector_view(parameters, qkv_.bias);
  attention_norm_.forward(parameters, stream);
  const auto y = attention_norm_.output();
  auto qkv = qkv_values_.leftCols(n);
  const auto& spans = is_final_ ? chunk.last : chunk.every;
  auto probabilities = probabilities_.head(attention_entries(spans, heads_));
  auto attended = attended_.leftCols(n_asked);

  if (is_final_) {
    auto y_last = last_normalised_.leftCols(n_asked);
    gather<T>(y, chunk.last_column, y_last);
    gather<T>(stream, chunk.last_column, asked);
    auto q = last_queries_.leftCols(n_asked);
    linear_forward<T>(weight.topRows(d_), bias.head(d_), y_last, q);
    linear_forward<T>(weight.bottomRows(2 * d_), bias.tail(2 * d_), y, qkv.bottomRows(2 * d_));
    attention_forward<T>(spans, heads_, q, qkv.bottomRows(2 * d_), probabilities, attended);
  } else {
    linear_forward<T>(weight, bias, y, qkv);
    attention_forward<T>(spans, heads_, qkv.topRows(d_), qkv.bottomRows(2 * d_), probabilities, attended);
  }
  linear_forward_add<T>(view(parameters, attention_output_.weight),
                        vector_view(parameters, attention_output_.bias), attended, asked);
}

// x <- x + B attention(q, k, v) + b  =>  the stream's gradient stays and gains what comes back through the
// norm [q; k; v] = A y + a                =>  dA += [dq; dk; dv] y^T,  dy = A^T [dq; dk; dv]
template <class T>
void TransformerBlock<T>::attention_pass_back(const Vector<T>& parameters, const ContextChunk& chunk,
                                              Vector<T>& gradient, MatrixOut<T> stream, MatrixOut<T> asked,
                                              BlockScratch<T>& scratch) {
  const Index n = stream.cols();
  const Index n_asked = asked.cols();
  const auto weight = view(parameters, qkv_.weight);
  auto weight_gradient = view(gradient, qkv_.weight);
  auto bias_gradient = vector_view(gradient, qkv_.bias);
  const auto y = attention_norm_.output();
  const auto qkv = qkv_values_.leftCols(n);
  auto d_qkv = scratch.qkv.leftCols(n);
  auto d_y = scratch.norm.leftCols(n);
  auto d_attended = scratch.attended.leftCols(n_asked);
  const auto& spans = is_final_ ? chunk.last : chunk.every;
  const auto probabilities = probabilities_.head(attention_entries(spans, heads_));

  linear_backward_parameters<T>(attended_.leftCols(n_asked), asked, view(gradient, attention_output_.weight),
                                vector_view(gradient, attention_output_.bias));
  linear_backward_input<T>(view(parameters, attention_output_.weight), asked, d_attended);

  if (is_final_) {
    const auto y_last = last_normalised_.leftCols(n_asked);
    auto d_q = scratch.last_queries.leftCols(n_asked);
    auto d_kv = d_qkv.bottomRows(2 * d_);
    attention_backward<T>(spans, heads_, last_queries_.leftCols(n_asked), qkv.bottomRows(2 * d_),
                          probabilities, d_attended, d_q, d_kv, scratch.span);
    linear_backward_parameters<T>(y_last, d_q, weight_gradient.topRows(d_), bias_gradient.head(d_));
    linear_backward_parameters<T>(y, d_kv, weight_gradient.bottomRows(2 * d_), bias_gradient.tail(2 * d_));
    linear_backward_input<T>(weight.bottomRows(2 * d_), d_kv, d_y);
    // The array of the attention's output gradient is free again: it takes the queries' share of dy.
    linear_backward_input<T>(weight.topRows(d_), d_q, d_attended);
    scatter_add<T>(d_attended, chunk.last_column, d_y);
    stream.setZero();
    scatter_add<T>(asked, chunk.last_column, stream);
  } else {
    attention_backward<T>(spans, heads_, qkv.topRows(d_), qkv.bottomRows(2 * d_), probabilities, d_attended,
                          d_qkv.topRows(d_), d_qkv.bottomRows(2 * d_), scratch.span);
    linear_backward_parameters<T>(y, d_qkv, weight_gradient, bias_gradient);
    linear_backward_input<T>(weight, d_qkv, d_y);
  }
  attention_norm_.backward(parameters, d_y, gradient, stream);
}

// x <- x + B gelu(A norm(x) + a) + b
template <class T>
void TransformerBlock<T>::mlp_pass(const Vector<T>& parameters, MatrixOut<T> asked) {
  const Index n = asked.cols();
  auto slope = slope_.leftCols(n);
  auto hidden = hidden_.leftCols(n);
  mlp_norm_.forward(parameters, asked);
  linear_forward<T>(view(parameters, up_.weight), vector_view(parameters, up_.bias), mlp_norm_.output(),
                    slope);
  gelu_forward<T>(slope, hidden);
  linear_forward_add<T>(view(parameters, down_.weight), vector_view(parameters, down_.bias), hidden, asked);
}

// x <- x + B h + b  =>  dB += dx h^T,  dh = B^T dx
// h = gelu(u)       =>  du = dh ∘ gelu'(u)
// u = A y + a       =>  dA += du y^T,  dy = A^T du
template <class T>
void TransformerBlock<T>::mlp_pass_back(const Vector<T>& parameters, Vector<T>& gradient, MatrixOut<T> asked,
                                        BlockScratch<T>& scratch) {
  const Index n = asked.cols();
  auto d_hidden = scratch.hidden.leftCols(n);
  auto d_y = scratch.norm.leftCols(n);
  linear_backward_parameters<T>(hidden_.leftCols(n), asked, view(gradient, down_.weight),
                                vector_view(gradient, down_.bias));
  linear_backward_input<T>(view(parameters, down_.weight), asked, d_hidden);
  gelu_backward<T>(slope_.leftCols(n), d_hidden);
  linear_backward_parameters<T>(mlp_norm_.output(), d_hidden, view(gradient, up_.weight),
                                vector_view(gradient, up_.bias));
  linear_backward_input<T>(view(parameters, up_.weight), d_hidden, d_y);
  mlp_norm_.backward(parameters, d_y, gradient, asked);
}

template class NormLayer<float>;
template class NormLayer<double>;
template struct BlockScratch<float>;
template struct BlockScratch<double>;
template class TransformerBlock<float>;
template class TransformerBlock<double>;

}  // namespace gramscope
