#include "core/models/inside.h"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>

#include "core/models/mlp.h"
#include "core/models/transformer.h"
#include "core/registry/registry.h"
#include "core/train/analysis.h"
#include "core/train/engine.h"
#include "tests/core/models/token_task.h"

using namespace gramscope;

// That hidden states and attention are PyTorch's is in networks_torch.cpp.

namespace {

const TokenTaskShape kRagged{.contexts = 150, .shortest = 1, .longest = 9, .vocabulary = 11, .words = 6};

TransformerShape transformer_shape() {
  TransformerShape shape;
  shape.d = 12;
  shape.depth = 3;
  shape.heads = 3;
  shape.init_scale = 0.5;
  return shape;
}

Config small_network(const std::string& kind) {
  Config config;
  config.set("model.kind", Value{kind});
  config.set("task.values", Value{std::int64_t{2}});
  config.set("model.d", Value{std::int64_t{8}});
  return resolve(config);
}

}  // namespace

TEST_CASE("attention maps: rows are distributions over the positions so far, in every head of every block") {
  const auto task = random_token_task(kRagged, 1);
  const auto shape = transformer_shape();
  const auto model = make_transformer<double>(shape, task, Random(1));
  for (Index context = 0; context < task->contexts; ++context) {
    const Inside inside = model->inside({.layers = false, .attention = context});
    CHECK(inside.layers.empty());
    CHECK(inside.attention_context == context);
    REQUIRE(inside.attention.size() == 9);
    const auto length = static_cast<Index>(task->tokens[static_cast<std::size_t>(context)].size());
    Index number = 0;
    for (const auto& map : inside.attention) {
      CHECK(map.block == number / shape.heads);
      CHECK(map.head == number % shape.heads);
      ++number;
      REQUIRE(map.probability.rows() == length);
      REQUIRE(map.probability.cols() == length);
      CHECK((map.probability.rowwise().sum().array() - 1.0).abs().maxCoeff() < 1e-14);
      CHECK(map.probability.minCoeff() >= 0.0);
      CHECK(map.probability.isLowerTriangular(0.0));
      CHECK(map.probability.diagonal().minCoeff() > 0.0);
    }
  }
}

TEST_CASE("inside: looking changes neither the gradient nor the embeddings, by a bit") {
  const auto task = random_token_task(kRagged, 2);
  std::unique_ptr<Model<float>> models[] = {make_transformer<float>(transformer_shape(), task, Random(2)),
                                            make_mlp<float>({}, task, Random(2))};
  for (const auto& model : models) {
    Vector<float> before;
    const double loss = model->gradient(before).total();
    const MatrixF h = model->context_embeddings();
    const Inside inside = model->inside({.layers = true, .attention = 7});
    CHECK(inside.layers.size() >= 3);
    CHECK(inside.layers.back().states == h.cast<double>());
    Vector<float> after;
    CHECK(model->gradient(after).total() == loss);
    CHECK(after == before);
  }
}

TEST_CASE("inside: nothing where nothing is asked for or to be had") {
  const auto task = random_token_task({}, 3);
  const auto model = make_transformer<double>(transformer_shape(), task, Random(3));
  const Inside none = model->inside({});
  CHECK(none.layers.empty());
  CHECK(none.attention.empty());
  CHECK(model->inside({.layers = false, .attention = task->contexts}).attention.empty());
  CHECK(model->inside({.layers = false, .attention = -1}).attention.empty());
  CHECK(make_mlp<double>({}, task, Random(3))->inside({.layers = false, .attention = 0}).attention.empty());
}

TEST_CASE("inside: the tokens' layer of contexts that end alike is one point, the MLP's holds every token") {
  auto task = std::make_shared<Task>(*random_token_task({.contexts = 2, .shortest = 3, .longest = 3}, 4));
  task->tokens = {{0, 1, 2}, {3, 4, 2}};
  const InsideWanted all{.layers = true, .attention = {}};
  const auto layers = make_transformer<double>(transformer_shape(), task, Random(4))->inside(all).layers;
  CHECK(layers[0].name == "Tokens");
  CHECK(layers[0].states.col(0) == layers[0].states.col(1));
  CHECK(layers[1].states.col(0) != layers[1].states.col(1));
  const auto hidden = make_mlp<double>({}, task, Random(4))->inside(all).layers;
  CHECK(hidden[0].states.rows() == 3 * MlpShape{}.embedding);
  CHECK(hidden[0].states.col(0) != hidden[0].states.col(1));
  CHECK(hidden[0].states.col(0).tail(16) == hidden[0].states.col(1).tail(16));
}

TEST_CASE("analysis: every layer is read, and the chosen one is what the pictures show") {
  for (const std::string kind : {"transformer", "mlp"}) {
    Engine engine(small_network(kind));
    engine.advance(20);
    const auto embeddings = engine.embeddings({.layers = true, .attention = {}});
    Analysis analyse;
    const auto of_h = analyse(embeddings);
    const auto& layers = embeddings->inside.layers;
    REQUIRE(of_h->layers.size() == layers.size());
    for (std::size_t l = 0; l < layers.size(); ++l) CHECK(of_h->layers[l].name == layers[l].name);
    CHECK(of_h->layers.back().cka_semantic == doctest::Approx(of_h->metrics.get("cka_semantic")).epsilon(1e-12));
    CHECK(of_h->layers.back().cka_symmetric == doctest::Approx(of_h->metrics.get("cka_symmetric")).epsilon(1e-12));
    CHECK(of_h->layers.back().effective_rank == doctest::Approx(of_h->metrics.get("effective_rank")).epsilon(1e-12));
    CHECK(std::isnan(of_h->layers.back().nc1_quotient));
    const auto last = analyse(embeddings, {.inside = {}, .layer = static_cast<int>(layers.size()) - 1});
    CHECK(last->gram_h == of_h->gram_h);
    const auto first = analyse(embeddings, {.inside = {}, .layer = 0});
    CHECK(first->layer == 0);
    CHECK(first->gram_h != of_h->gram_h);
    CHECK(analyse(embeddings, {.inside = {}, .layer = 99})->layer == -1);
  }
}

TEST_CASE("engine: recorded steps carry the layers where they are asked for, and the same numbers as without") {
  std::vector<Record> plain;
  std::vector<Record> with_layers;
  const auto run = [](bool layers, std::vector<Record>& records) {
    EngineHooks hooks;
    hooks.recorded.layers = layers;
    hooks.listener = [&](const Event& event) {
      if (const auto* recorded = std::get_if<Recorded>(&event)) records.push_back(recorded->record);
    };
    Engine engine(small_network("transformer"), {}, std::move(hooks));
    engine.advance(30);
  };
  run(false, plain);
  run(true, with_layers);
  REQUIRE(plain.size() == with_layers.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CHECK(plain[i].embeddings->inside.layers.empty());
    CHECK(with_layers[i].embeddings->inside.layers.size() == 4);
    CHECK(plain[i].embeddings->h == with_layers[i].embeddings->h);
    CHECK(plain[i].metrics.get("loss") == with_layers[i].metrics.get("loss"));
  }
}
