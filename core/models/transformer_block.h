#pragma once

#include <string>

#include "core/models/context_chunks.h"
#include "core/models/parameter_store.h"
#include "core/nn/matrix_ref.h"

namespace gramscope {

// The parts of a transformer. Each adds its tensors to a layout, keeps what its backward pass needs of its
// last forward pass, and allocates in reserve() alone. `parameters` and `gradient` are flat vectors of the
// layout; backward passes add to `gradient`.

/// y = g ∘ (x - mean x) / sqrt(var x + 1e-5) + b, by column.
template <class T>
class NormLayer {
 public:
  NormLayer(ParameterLayout& layout, const std::string& name, Index d);
  void reserve(Index columns);

  void forward(const Vector<T>& parameters, MatrixIn<T> input);
  /// dx += the gradient of the input.
  void backward(const Vector<T>& parameters, MatrixIn<T> output_gradient, Vector<T>& gradient,
                MatrixOut<T> input_gradient);
  /// y of the last forward pass.
  auto output() const { return output_.leftCols(columns_); }

 private:
  TensorShape gain_;
  TensorShape bias_;
  Index columns_ = 0;
  Matrix<T> normalised_;
  Vector<T> inverse_deviation_;
  Matrix<T> output_;
};

/// The weight (o×i) and the bias (o) of an affine map.
struct LinearTensors {
  LinearTensors(ParameterLayout& layout, const std::string& name, Index outputs, Index inputs);

  TensorShape weight;
  TensorShape bias;
};

/// Gradients of activations, shared by all blocks of a model.
template <class T>
struct BlockScratch {
  Matrix<T> norm;          ///< d×n
  Matrix<T> qkv;           ///< 3d×n
  Matrix<T> attended;      ///< d×n
  Matrix<T> hidden;        ///< 4d×n
  Matrix<T> last_queries;  ///< d×m
  Vector<T> span;          ///< the longest context

  void reserve(Index d, Index columns, Index contexts, Index longest);
};

/// A pre-norm block: x <- x + attention(norm x), then x <- x + mlp(norm x) with mlp(y) = B gelu(A y + a) + b.
///
/// Source: math.md section 2. After the final block only the last position of each context is looked at, so
/// there queries, MLP and residual stream are computed for that position alone, keys and values for all of
/// them: the same mathematics with less work.
template <class T>
class TransformerBlock {
 public:
  TransformerBlock(ParameterLayout& layout, const std::string& name, Index d, Index heads, bool is_final);
  void reserve(Index columns, Index contexts, const std::vector<ContextChunk>& chunks);

  /// `stream` d×n is the residual stream. `asked` is the part that goes on: in the final block d×m,
  /// overwritten; in the others the stream itself, updated in place.
  void forward(const Vector<T>& parameters, const ContextChunk& chunk, MatrixOut<T> stream,
               MatrixOut<T> asked);
  /// From the gradient after the block in `asked` to the gradient before it in `stream`: the same array in
  /// the inner blocks. In the final block `stream` is overwritten.
  void backward(const Vector<T>& parameters, const ContextChunk& chunk, Vector<T>& gradient,
                MatrixOut<T> stream, MatrixOut<T> asked, BlockScratch<T>& scratch);

 private:
  void attention_pass(const Vector<T>& parameters, const ContextChunk& chunk, MatrixOut<T> stream,
                      MatrixOut<T> asked);
  void attention_pass_back(const Vector<T>& parameters, const ContextChunk& chunk, Vector<T>& gradient,
                           MatrixOut<T> stream, MatrixOut<T> asked, BlockScratch<T>& scratch);
  void mlp_pass(const Vector<T>& parameters, MatrixOut<T> asked);
  void mlp_pass_back(const Vector<T>& parameters, Vector<T>& gradient, MatrixOut<T> asked,
                     BlockScratch<T>& scratch);

  Index d_;
  Index heads_;
  bool is_final_;

  NormLayer<T> attention_norm_;
  LinearTensors qkv_;
  LinearTensors attention_output_;
  NormLayer<T> mlp_norm_;
  LinearTensors up_;
  LinearTensors down_;

  Matrix<T> qkv_values_;       ///< 3d×n: queries, keys, values from top to bottom
  Matrix<T> last_queries_;     ///< d×m, final block: its queries, in place of the first d rows above
  Matrix<T> last_normalised_;  ///< d×m, final block: what its queries are made of
  Vector<T> probabilities_;    ///< of the attention
  Matrix<T> attended_;         ///< d×n or d×m
  Matrix<T> slope_;            ///< 4d×n or 4d×m: before the activation its input, afterwards its slope
  Matrix<T> hidden_;           ///< the same size: after the activation
};

}  // namespace gramscope
