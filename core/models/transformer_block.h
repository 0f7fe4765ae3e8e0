#pragma once

#include <string>
#include <vector>

#include "core/models/context_chunks.h"
#include "core/models/feed_forward.h"
#include "core/models/linear_layer.h"
#include "core/models/norm_layer.h"

namespace gramscope {

/// What the blocks of a transformer have in common.
struct BlockShape {
  Index d = 32;
  Index heads = 2;  ///< divides d
  NormKind norm = NormKind::layer;
  FeedForwardKind feed_forward = FeedForwardKind::gelu;
  bool has_biases = true;
};

/// Gradients of activations, shared by all blocks of a model.
template <class T>
struct BlockScratch {
  Matrix<T> norm;          ///< d×n
  Matrix<T> qkv;           ///< 3d×n
  Matrix<T> attended;      ///< d×n
  Matrix<T> hidden;        ///< k×n, k the hidden width of the feed-forward part
  Matrix<T> last_queries;  ///< d×m
  Vector<T> span;          ///< the longest context

  void reserve(const BlockShape& shape, Index columns, Index contexts, Index longest);
};

/// A pre-norm block: x <- x + attention(norm x), then x <- x + mlp(norm x), with its tensors `name`.norm1.*,
/// `name`.attention.qkv.*, `name`.attention.output.*, `name`.norm2.* and `name`.mlp.*, in this order. It keeps what its
/// backward pass needs of its last forward pass and allocates in reserve() alone.
///
/// Source: math.md section 2. After the final block only the last position of each context is looked at, so
/// there queries, MLP and residual stream are computed for that position alone, keys and values for all of
/// them: the same mathematics with less work.
template <class T>
class TransformerBlock {
 public:
  TransformerBlock(ParameterLayout& layout, const std::string& name, const BlockShape& shape, bool is_final);
  void reserve(Index columns, Index contexts, const std::vector<ContextChunk>& chunks);

  /// `stream` d×n is the residual stream. `asked` is the part that goes on: in the final block d×m,
  /// overwritten; in the others the stream itself, updated in place.
  void forward(const Vector<T>& parameters, const ContextChunk& chunk, MatrixOut<T> stream,
               MatrixOut<T> asked);
  /// From the gradient after the block in `asked` to the gradient before it in `stream`: the same array in
  /// the inner blocks. In the final block `stream` is overwritten.
  void backward(const Vector<T>& parameters, const ContextChunk& chunk, Vector<T>& gradient,
                MatrixOut<T> stream, MatrixOut<T> asked, BlockScratch<T>& scratch);

  /// Where every position of a chunk of one context looks, a map a head, given the stream before the block; also in the
  /// final block all rows. Allocates; the forward pass has to be run (again) afterwards.
  std::vector<MatrixD> attention_maps(const Vector<T>& parameters, const ContextChunk& chunk, MatrixIn<T> stream);

 private:
  void attention_pass(const Vector<T>& parameters, const ContextChunk& chunk, MatrixOut<T> stream,
                      MatrixOut<T> asked);
  void attention_pass_back(const Vector<T>& parameters, const ContextChunk& chunk, Vector<T>& gradient,
                           MatrixOut<T> stream, MatrixOut<T> asked, BlockScratch<T>& scratch);
  void mlp_pass(const Vector<T>& parameters, MatrixOut<T> asked);
  void mlp_pass_back(const Vector<T>& parameters, Vector<T>& gradient, MatrixOut<T> asked,
                     BlockScratch<T>& scratch);

  /// The biases of the queries alone: d or none.
  Index query_biases() const { return qkv_.has_bias() ? d_ : 0; }

  Index d_;
  Index heads_;
  bool is_final_;

  NormLayer<T> attention_norm_;
  LinearLayer<T> qkv_;
  LinearLayer<T> attention_output_;
  NormLayer<T> mlp_norm_;
  FeedForward<T> mlp_;

  Matrix<T> qkv_values_;       ///< 3d×n: queries, keys, values from top to bottom
  Matrix<T> last_queries_;     ///< d×m, final block: its queries, in place of the first d rows above
  Matrix<T> last_normalised_;  ///< d×m, final block: what its queries are made of
  Vector<T> probabilities_;    ///< of the attention
  Matrix<T> attended_;         ///< d×n or d×m
};

}  // namespace gramscope
