#include "core/models/mlp.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/registry/error.h"
#include "tests/core/models/token_task.h"

using namespace gramscope;

// Loss, gradients, hidden states and training against PyTorch are in networks_torch.cpp.

TEST_CASE("mlp: the layout is what the options leave of it, in the order in which weights are drawn") {
  const auto task = random_token_task({.longest = 4, .vocabulary = 5, .words = 7}, 1);
  std::size_t longest = 0;
  for (const auto& context : task->tokens) longest = std::max(longest, context.size());
  REQUIRE(longest == 4);
  MlpShape shape{.d = 6, .embedding = 2, .depth = 2, .width = 3, .layers = {}, .init_scale = 0.1};
  const auto names = [&] {
    std::string text;
    const auto model = make_mlp<double>(shape, task, Random(1));
    for (const auto& tensor : model->layout().tensors())
      text += tensor.name + " " + std::to_string(tensor.rows) + "x" + std::to_string(tensor.cols) + "\n";
    return text;
  };
  CHECK(names() ==
        "embedding.tokens 2x5\nlayers.0.weight 3x8\nlayers.0.bias 3x1\nlayers.1.weight 6x3\nlayers.1.bias 6x1\nW 7x6\n");
  shape.layers.norm = NormKind::layer;
  CHECK(names() ==
        "embedding.tokens 2x5\nlayers.0.weight 3x8\nlayers.0.bias 3x1\nlayers.0.norm.gain 3x1\nlayers.0.norm.bias 3x1\n"
        "layers.1.weight 6x3\nlayers.1.bias 6x1\nlayers.1.norm.gain 6x1\nlayers.1.norm.bias 6x1\nW 7x6\n");
  shape.layers.has_biases = false;
  shape.depth = 1;
  CHECK(names() == "embedding.tokens 2x5\nlayers.0.weight 6x8\nlayers.0.norm.gain 6x1\nW 7x6\n");
}

TEST_CASE("mlp: a context's embedding depends on its tokens and their places counted from the last, on nothing else") {
  auto task = std::make_shared<Task>(*random_token_task({.contexts = 3, .shortest = 2, .longest = 2}, 2));
  task->tokens = {{1, 2}, {2, 1}, {0, 1, 2}};
  MlpShape shape;
  shape.init_scale = 0.5;
  const MatrixD h = make_mlp<double>(shape, task, Random(2))->context_embeddings();
  CHECK((h.col(0) - h.col(1)).norm() > 1e-3);
  CHECK((h.col(0) - h.col(2)).norm() > 1e-3);
  // What stands left of a short context is 0, whoever else is in the task.
  auto other = std::make_shared<Task>(*task);
  other->tokens[1] = {3, 4};
  const MatrixD again = make_mlp<double>(shape, other, Random(2))->context_embeddings();
  CHECK(again.col(0) == h.col(0));
  CHECK(again.col(1) != h.col(1));
  CHECK(again.col(2) == h.col(2));
}

TEST_CASE("mlp: the same seed gives the same weights, in float those of double rounded") {
  const auto task = random_token_task({.longest = 5}, 3);
  const auto model = make_mlp<double>({}, task, Random(3));
  CHECK(make_mlp<double>({}, task, Random(3))->parameters() == model->parameters());
  CHECK(make_mlp<double>({}, task, Random(4))->parameters() != model->parameters());
  CHECK(make_mlp<float>({}, task, Random(3))->parameters() == model->parameters().cast<float>());
}

TEST_CASE("mlp: parameters that overflow give an objective that is not finite, whatever the activation and norm") {
  const auto task = random_token_task({}, 6);
  for (const auto activation : {Activation::gelu, Activation::relu, Activation::tanh}) {
    for (const bool has_norm : {false, true}) {
      MlpShape shape;
      shape.layers.activation = activation;
      if (has_norm) shape.layers.norm = NormKind::layer;
      const auto layout = make_mlp<float>(shape, task, Random(6))->layout();
      for (const auto& tensor : layout.tensors()) {
        if (tensor.name == "embedding.tokens") continue;  // only the tokens that occur reach the loss
        for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
          CAPTURE(tensor.name);
          CAPTURE(bad);
          const auto model = make_mlp<float>(shape, task, Random(6));
          view(model->parameters(), tensor).setConstant(bad);
          Vector<float> gradient;
          CHECK(!std::isfinite(model->gradient(gradient).total()));
        }
      }
    }
  }
}

TEST_CASE("mlp: tasks whose contexts are not made of tokens are refused") {
  TaskTraits traits;
  CHECK(mlp_entry().refuses(traits).empty());
  traits.has_tokens = false;
  CHECK(!mlp_entry().refuses(traits).empty());
  auto silent = std::make_shared<Task>(*random_token_task({}, 1));
  silent->tokens[2].clear();
  CHECK_THROWS_AS(make_mlp<double>({}, silent, Random(1)), UsageError);
}
