#pragma once

#include <memory>

#include "core/models/transformer_block.h"
#include "core/registry/registry.h"

namespace gramscope {

struct TransformerShape {
  Index d = 32;     ///< width of the residual stream, and dimension of H and W
  Index depth = 2;  ///< blocks
  Index heads = 2;  ///< attention heads of a block; divides d
  NormKind norm = NormKind::layer;
  FeedForwardKind feed_forward = FeedForwardKind::gelu;
  bool has_positions = true;  ///< learned embeddings of the positions; else the causal mask alone tells them apart
  bool has_biases = true;     ///< in every affine map and LayerNorm
  bool is_tied = false;       ///< W is the transposed token embedding
  double init_scale = 0.02;
};

/// A decoder-only, causal, pre-norm transformer with its loss at the last position of each context. H is the last
/// position after the final norm and the logits are W H.
///
/// Source: math.md section 2 (Radford et al. 2019 for the architecture with LayerNorm and GELU; Touvron et al. 2023,
/// arXiv 2302.13971, for RMSNorm and SwiGLU).
/// Contexts may have different lengths. The layout, which is also the order in which weights are drawn:
/// embedding.tokens, embedding.positions, blocks.0.*, ..., norm.*, W; what an option leaves out is left out there. Every
/// matrix and embedding is drawn from N(0, init_scale²), biases are 0 and gains 1. `config` is for the readout.
/// Throws UsageError if heads does not divide d, the task has a context without tokens, or W is to be tied where words
/// are not tokens.
template <class T>
std::unique_ptr<Model<T>> make_transformer(const TransformerShape& shape, std::shared_ptr<const Task> task,
                                           Random random, const Config& config = {});

ModelEntry transformer_entry();

}  // namespace gramscope
