#pragma once

#include <memory>

#include "core/registry/registry.h"

namespace gramscope {

struct TransformerShape {
  Index d = 32;     ///< width of the residual stream, and dimension of H and W
  Index depth = 2;  ///< blocks
  Index heads = 2;  ///< attention heads of a block; divides d
  double init_scale = 0.02;
};

/// A decoder-only, causal, pre-norm transformer with its loss at the last position of each context:
/// LayerNorm, exact GELU, learned positions, MLP of width 4d, biases; H is the last position after the final
/// norm and the logits are W H.
///
/// Source: math.md section 2 (Radford et al. 2019 for the architecture).
/// Contexts may have different lengths. Every matrix and embedding is drawn from N(0, init_scale²) in the
/// layout's order, biases are 0 and gains 1. Throws UsageError if heads does not divide d or the task has a
/// context without tokens.
template <class T>
std::unique_ptr<Model<T>> make_transformer(const TransformerShape& shape, std::shared_ptr<const Task> task,
                                           Random random);

ModelEntry transformer_entry();

}  // namespace gramscope
