#pragma once

#include <memory>

#include "core/models/dense_layer.h"
#include "core/registry/registry.h"

namespace gramscope {

struct MlpShape {
  Index d = 32;          ///< units of the last hidden layer: dimension of H and W
  Index embedding = 16;  ///< e, of each token
  Index depth = 2;       ///< hidden layers
  Index width = 64;      ///< units of the hidden layers before the last
  DenseShape layers;
  double init_scale = 0.1;
};

/// A multilayer perceptron over the tokens of a context: their embeddings one above the other, then hidden layers
/// x <- f(norm(A x + a)); H is the last of them and the logits are W H.
///
/// Source: math.md section 2.
/// There are as many places for tokens as the longest context has. Shorter contexts are right-aligned, so that the last
/// token always stands in the same place, and the places before their first token are 0: nothing is learned of them.
/// The layout, which is also the order in which weights are drawn: embedding.tokens, layers.0.*, ..., W. Every matrix
/// and embedding is drawn from N(0, init_scale²), biases are 0 and gains 1. `config` is for the readout.
/// Throws UsageError if the task has a context without tokens.
template <class T>
std::unique_ptr<Model<T>> make_mlp(const MlpShape& shape, std::shared_ptr<const Task> task, Random random,
                                   const Config& config = {});

ModelEntry mlp_entry();

}  // namespace gramscope
