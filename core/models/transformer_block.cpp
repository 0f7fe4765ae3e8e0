#include "core/models/transformer_block.h"

#include <algorithm>

#include "core/nn/attention.h"

namespace gramscope {

namespace {

template <class T>
void gather(MatrixIn<T> from, const std::vector<Index>& columns, MatrixOut<T> to) {
  for (std::size_t j = 0; j < columns.size(); ++j) to.col(static_cast<Index>(j)) = from.col(columns[j]);
}
template <class T>
void scatter_add(MatrixIn<T> from, const std::vector<Index>& columns, MatrixOut<T> to) {
  for (std::size_t j = 0; j < columns.size(); ++j) to.col(columns[j]) += from.col(static_cast<Index>(j));
}

}  // namespace

template <class T>
void BlockScratch<T>::reserve(const BlockShape& shape, Index columns, Index contexts, Index longest) {
  const Index d = shape.d;
  norm.resize(d, columns);
  qkv.resize(3 * d, columns);
  attended.resize(d, columns);
  hidden.resize(hidden_width(shape.feed_forward, d), columns);
  last_queries.resize(d, contexts);
  span.resize(longest);
}

template <class T>
TransformerBlock<T>::TransformerBlock(ParameterLayout& layout, const std::string& name, const BlockShape& shape,
                                      bool is_final)
    : d_(shape.d),
      heads_(shape.heads),
      is_final_(is_final),
      attention_norm_(layout, name + ".norm1", d_, shape.norm, shape.has_biases),
      qkv_(layout, name + ".attention.qkv", 3 * d_, d_, shape.has_biases),
      attention_output_(layout, name + ".attention.output", d_, d_, shape.has_biases),
      mlp_norm_(layout, name + ".norm2", d_, shape.norm, shape.has_biases),
      mlp_(layout, name + ".mlp", d_, shape.feed_forward, shape.has_biases) {}

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
  mlp_.reserve(asked);
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
    const auto weight = qkv_.weight(parameters);
    const auto bias = qkv_.bias(parameters);
    linear_forward<T>(weight.topRows(d_), bias.head(query_biases()), y_last, q);
    linear_forward<T>(weight.bottomRows(2 * d_), bias.tail(2 * query_biases()), y, qkv.bottomRows(2 * d_));
    attention_forward<T>(spans, heads_, q, qkv.bottomRows(2 * d_), probabilities, attended);
  } else {
    qkv_.forward(parameters, y, qkv);
    attention_forward<T>(spans, heads_, qkv.topRows(d_), qkv.bottomRows(2 * d_), probabilities, attended);
  }
  attention_output_.forward_add(parameters, attended, asked);
}

// x <- x + B attention(q, k, v) + b  =>  the stream's gradient stays and gains what comes back through the
// norm [q; k; v] = A y + a                =>  dA += [dq; dk; dv] y^T,  dy = A^T [dq; dk; dv]
template <class T>
void TransformerBlock<T>::attention_pass_back(const Vector<T>& parameters, const ContextChunk& chunk,
                                              Vector<T>& gradient, MatrixOut<T> stream, MatrixOut<T> asked,
                                              BlockScratch<T>& scratch) {
  const Index n = stream.cols();
  const Index n_asked = asked.cols();
  const auto y = attention_norm_.output();
  const auto qkv = qkv_values_.leftCols(n);
  auto d_qkv = scratch.qkv.leftCols(n);
  auto d_y = scratch.norm.leftCols(n);
  auto d_attended = scratch.attended.leftCols(n_asked);
  const auto& spans = is_final_ ? chunk.last : chunk.every;
  const auto probabilities = probabilities_.head(attention_entries(spans, heads_));

  attention_output_.backward_parameters(attended_.leftCols(n_asked), asked, gradient);
  attention_output_.backward_input(parameters, asked, d_attended);

  if (is_final_) {
    const auto y_last = last_normalised_.leftCols(n_asked);
    auto d_q = scratch.last_queries.leftCols(n_asked);
    auto d_kv = d_qkv.bottomRows(2 * d_);
    attention_backward<T>(spans, heads_, last_queries_.leftCols(n_asked), qkv.bottomRows(2 * d_),
                          probabilities, d_attended, d_q, d_kv, scratch.span);
    const auto weight = qkv_.weight(parameters);
    auto weight_gradient = qkv_.weight(gradient);
    auto bias_gradient = qkv_.bias(gradient);
    linear_backward_parameters<T>(y_last, d_q, weight_gradient.topRows(d_), bias_gradient.head(query_biases()));
    linear_backward_parameters<T>(y, d_kv, weight_gradient.bottomRows(2 * d_), bias_gradient.tail(2 * query_biases()));
    linear_backward_input<T>(weight.bottomRows(2 * d_), d_kv, d_y);
    // The array of the attention's output gradient is free again: it takes the queries' share of dy.
    linear_backward_input<T>(weight.topRows(d_), d_q, d_attended);
    scatter_add<T>(d_attended, chunk.last_column, d_y);
    stream.setZero();
    scatter_add<T>(asked, chunk.last_column, stream);
  } else {
    attention_backward<T>(spans, heads_, qkv.topRows(d_), qkv.bottomRows(2 * d_), probabilities, d_attended,
                          d_qkv.topRows(d_), d_qkv.bottomRows(2 * d_), scratch.span);
    qkv_.backward_parameters(y, d_qkv, gradient);
    qkv_.backward_input(parameters, d_qkv, d_y);
  }
  attention_norm_.backward(parameters, d_y, gradient, stream);
}

// x <- x + mlp(norm x)
template <class T>
void TransformerBlock<T>::mlp_pass(const Vector<T>& parameters, MatrixOut<T> asked) {
  mlp_norm_.forward(parameters, asked);
  mlp_.forward_add(parameters, mlp_norm_.output(), asked);
}

// x <- x + mlp(norm x)  =>  the stream's gradient stays and gains what comes back through the norm
template <class T>
void TransformerBlock<T>::mlp_pass_back(const Vector<T>& parameters, Vector<T>& gradient, MatrixOut<T> asked,
                                        BlockScratch<T>& scratch) {
  auto d_y = scratch.norm.leftCols(asked.cols());
  mlp_.backward(parameters, mlp_norm_.output(), asked, gradient, scratch.hidden, d_y);
  mlp_norm_.backward(parameters, d_y, gradient, asked);
}

template <class T>
std::vector<MatrixD> TransformerBlock<T>::attention_maps(const Vector<T>& parameters, const ContextChunk& chunk,
                                                         MatrixIn<T> stream) {
  const Index n = stream.cols();
  attention_norm_.forward(parameters, stream);
  Matrix<T> qkv(3 * d_, n);
  Matrix<T> attended(d_, n);
  Vector<T> probabilities(attention_entries(chunk.every, heads_));
  qkv_.forward(parameters, attention_norm_.output(), qkv);
  attention_forward<T>(chunk.every, heads_, qkv.topRows(d_), qkv.bottomRows(2 * d_), probabilities, attended);
  std::vector<MatrixD> maps(static_cast<std::size_t>(heads_), MatrixD::Zero(n, n));
  Index entry = 0;
  for (auto& map : maps)
    for (Index t = 0; t < n; ++t)
      for (Index s = 0; s <= t; ++s) map(t, s) = static_cast<double>(probabilities(entry++));
  return maps;
}

template struct BlockScratch<float>;
template struct BlockScratch<double>;
template class TransformerBlock<float>;
template class TransformerBlock<double>;

}  // namespace gramscope
