#include "core/models/transformer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/registry/error.h"
#include "core/train/optimizers.h"
#include "tests/core/models/gradient_check.h"
#include "tests/core/models/token_task.h"
#include "tests/core/models/torch_fixture.h"

using namespace gramscope;

namespace {

TransformerShape shape_from(const nlohmann::json& json) {
  return {.d = json.at("d").get<Index>(),
          .depth = json.at("depth").get<Index>(),
          .heads = json.at("heads").get<Index>()};
}

double largest_distance(const ParameterLayout& layout, const VectorD& a, const VectorD& b) {
  double largest = 0.0;
  for (const auto& shape : layout.tensors()) {
    const double distance = gradient_distance(view(a, shape), view(b, shape), b.norm());
    if (!(distance <= largest)) largest = distance;
  }
  return largest;
}

Config config_of(Index d, Index heads) {
  Config config;
  config.set("model.d", static_cast<std::int64_t>(d));
  config.set("model.heads", static_cast<std::int64_t>(heads));
  return config;
}

}  // namespace

TEST_CASE("transformer: loss, embeddings and every gradient are PyTorch's") {
  for (const auto& fixture : torch_cases("transformer_torch.json")) {
    const auto model =
        make_transformer<double>(shape_from(fixture), task_from(fixture.at("task")), Random(1));
    model->parameters() = flat_from(model->layout(), fixture.at("parameters"));
    VectorD gradient;
    const Objective objective = model->gradient(gradient);
    CHECK(objective.cross_entropy == doctest::Approx(fixture.at("loss").get<double>()).epsilon(1e-12));
    CHECK(objective.penalty == 0.0);
    const VectorD expected = flat_from(model->layout(), fixture.at("gradient"));
    CHECK(largest_distance(model->layout(), gradient, expected) < 1e-9);
    const MatrixD h = matrix_from(fixture.at("H"));
    CHECK((model->context_embeddings() - h).norm() < 1e-12 * h.norm());
  }
}

TEST_CASE("transformer: twenty steps of AdamW are PyTorch's") {
  for (const auto& fixture : torch_cases("transformer_torch.json")) {
    const auto model =
        make_transformer<double>(shape_from(fixture), task_from(fixture.at("task")), Random(1));
    model->parameters() = flat_from(model->layout(), fixture.at("parameters"));
    const auto& run = fixture.at("adamw");
    Config config;
    config.set("optimizer.lr", run.at("rate").get<double>());
    config.set("optimizer.weight_decay", run.at("weight_decay").get<double>());
    const auto optimizer = adamw_entry().make_double(model->layout().size());
    optimizer->configure(config);
    VectorD gradient;
    for (const auto& loss : run.at("losses")) {
      CHECK(model->gradient(gradient).total() == doctest::Approx(loss.get<double>()).epsilon(1e-10));
      optimizer->step(model->parameters(), gradient);
    }
    const VectorD expected = flat_from(model->layout(), run.at("parameters"));
    CHECK(largest_distance(model->layout(), model->parameters(), expected) < 1e-9);
  }
}

TEST_CASE("transformer: in float the loss and the gradient are those of double, to float's precision") {
  for (const auto& fixture : torch_cases("transformer_torch.json")) {
    const auto model = make_transformer<float>(shape_from(fixture), task_from(fixture.at("task")), Random(1));
    model->parameters() = flat_from(model->layout(), fixture.at("parameters")).cast<float>();
    Vector<float> gradient;
    CHECK(model->gradient(gradient).total() ==
          doctest::Approx(fixture.at("loss").get<double>()).epsilon(2e-6));
    const VectorD expected = flat_from(model->layout(), fixture.at("gradient"));
    CHECK((gradient.cast<double>() - expected).norm() < 1e-5 * expected.norm());
  }
}

TEST_CASE("transformer: how contexts share a chunk changes neither loss nor gradient") {
  // One context at a time, weighted, must sum to all of them together: here several chunks of uneven
  // contexts.
  const TokenTaskShape shape{
      .contexts = 150, .shortest = 1, .longest = 9, .vocabulary = 11, .words = 6, .most_support = 2};
  const auto task = random_token_task(shape, 5);
  const TransformerShape network{.d = 8, .depth = 2, .heads = 2, .init_scale = 0.4};
  const auto all = make_transformer<double>(network, task, Random(5));
  VectorD gradient;
  const double loss = all->gradient(gradient).total();
  const MatrixD h = all->context_embeddings();

  // Every context in a task of its own; one model each, since a model belongs to its task.
  double sum = 0.0;
  VectorD gradient_sum = VectorD::Zero(gradient.size());
  std::size_t longest = 0;
  for (const auto& context : task->tokens) longest = std::max(longest, context.size());
  for (Index j = 0; j < task->contexts; ++j) {
    const auto k = static_cast<std::size_t>(j);
    auto alone = std::make_shared<Task>(*task);
    // A second context of weight zero and full length keeps the number of positions, and so the layout.
    alone->contexts = 2;
    alone->tokens = {task->tokens[k], std::vector<int>(longest, 0)};
    alone->weight = VectorD::Zero(2);
    alone->weight(0) = task->weight(j);
    alone->targets = {};
    const auto begin = task->targets.begin[k];
    const auto end = task->targets.begin[k + 1];
    alone->targets.begin = {0, end - begin, end - begin + 1};
    for (Index e = begin; e < end; ++e) {
      alone->targets.word.push_back(task->targets.word[static_cast<std::size_t>(e)]);
      alone->targets.probability.push_back(task->targets.probability[static_cast<std::size_t>(e)]);
    }
    alone->targets.word.push_back(0);
    alone->targets.probability.push_back(1.0);
    const auto one = make_transformer<double>(network, alone, Random(5));
    one->parameters() = all->parameters();
    VectorD part;
    sum += one->gradient(part).total();
    gradient_sum += part;
    CHECK((one->context_embeddings().col(0) - h.col(j)).norm() < 1e-12 * h.col(j).norm());
  }
  CHECK(sum == doctest::Approx(loss).epsilon(1e-12));
  CHECK((gradient_sum - gradient).norm() < 1e-12 * gradient.norm());
}

TEST_CASE("transformer: a context's embedding depends on all its own tokens and on no other context") {
  auto task = std::make_shared<Task>(*random_token_task({.contexts = 4, .shortest = 3, .longest = 3}, 8));
  task->tokens[1] = {0, 1, 2};
  const TransformerShape shape{.d = 8, .depth = 2, .heads = 2, .init_scale = 0.5};
  const MatrixD before = make_transformer<double>(shape, task, Random(8))->context_embeddings();
  for (std::size_t position = 0; position < 3; ++position) {
    auto changed = std::make_shared<Task>(*task);
    changed->tokens[1][position] = 4;
    const MatrixD after = make_transformer<double>(shape, changed, Random(8))->context_embeddings();
    CHECK((after.col(1) - before.col(1)).norm() > 1e-3);
    for (Index j : {0, 2, 3}) CHECK(after.col(j) == before.col(j));
  }
}

TEST_CASE(
    "transformer: starts from N(0, scale²) matrices, zero biases and unit gains, the same for the same "
    "seed") {
  const auto task =
      random_token_task({.contexts = 9, .shortest = 4, .longest = 4, .vocabulary = 50, .words = 40}, 1);
  const TransformerShape shape{.d = 32, .depth = 2, .heads = 4, .init_scale = 0.02};
  const auto model = make_transformer<double>(shape, task, Random(3));
  for (const auto& tensor : model->layout().tensors()) {
    CAPTURE(tensor.name);
    const MatrixD values = view(std::as_const(model->parameters()), tensor);
    if (tensor.name.ends_with(".bias")) {
      CHECK(values.isZero(0.0));
    } else if (tensor.name.ends_with(".gain")) {
      CHECK(values.isOnes(0.0));
    } else {
      const auto count = static_cast<double>(values.size());
      // Four standard errors of a mean and of a standard deviation.
      CHECK(std::abs(values.mean()) < 4.0 * 0.02 / std::sqrt(count));
      CHECK(std::abs(values.norm() / std::sqrt(count) / 0.02 - 1.0) < 4.0 / std::sqrt(2.0 * count));
    }
  }
  CHECK(make_transformer<double>(shape, task, Random(3))->parameters() == model->parameters());
  CHECK(make_transformer<double>(shape, task, Random(4))->parameters() != model->parameters());
  const auto in_float = make_transformer<float>(shape, task, Random(3));
  CHECK(in_float->parameters() == model->parameters().cast<float>());
}

TEST_CASE("transformer: the gradient is the same to the bit when taken again, also after the embeddings") {
  const auto task =
      random_token_task({.contexts = 200, .shortest = 1, .longest = 5, .vocabulary = 20, .words = 20}, 2);
  const auto model =
      make_transformer<float>({.d = 16, .depth = 2, .heads = 2, .init_scale = 0.2}, task, Random(2));
  Vector<float> first;
  Vector<float> second;
  const double loss = model->gradient(first).total();
  model->context_embeddings();
  CHECK(model->gradient(second).total() == loss);
  CHECK(first == second);
}

TEST_CASE("transformer: parameters that overflow give an objective that is not finite") {
  const auto task = random_token_task({}, 6);
  const TransformerShape shape{.d = 8, .depth = 2, .heads = 2, .init_scale = 0.1};
  const auto layout = make_transformer<float>(shape, task, Random(6))->layout();
  for (const auto& tensor : layout.tensors()) {
    // Of these only the entries at tokens and positions that occur reach the loss.
    if (tensor.name == "embedding.tokens") continue;
    for (float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      CAPTURE(tensor.name);
      CAPTURE(bad);
      const auto model = make_transformer<float>(shape, task, Random(6));
      view(model->parameters(), tensor).setConstant(bad);
      Vector<float> gradient;
      CHECK(!std::isfinite(model->gradient(gradient).total()));
    }
  }
}

TEST_CASE("transformer: what cannot be is refused with names and values") {
  const auto task = random_token_task({}, 6);
  CHECK_THROWS_WITH_AS(make_transformer<double>({.d = 30, .depth = 1, .heads = 4}, task, Random(1)),
                       "model.heads = 4 does not divide model.d = 30: heads may be 1, 2, 3, 5, 6, 10, 15",
                       UsageError);
  auto silent = std::make_shared<Task>(*task);
  silent->tokens[2].clear();
  CHECK_THROWS_AS(make_transformer<double>({}, silent, Random(1)), UsageError);
  silent->tokens.clear();
  CHECK_THROWS_AS(make_transformer<double>({}, silent, Random(1)), UsageError);
  CHECK_THROWS_WITH_AS(make_transformer<double>({.is_tied = true}, task, Random(1)),
                       "model.tied: the contexts of the task random are made of 5 tokens and its next words are 7, so "
                       "that they cannot share their embeddings",
                       UsageError);
}

TEST_CASE("transformer_entry: tied words are offered only where words are tokens") {
  const ModelEntry entry = transformer_entry();
  TaskTraits traits;
  CHECK(!entry.unavailable("model.tied", traits).empty());
  traits.words_are_tokens = true;
  CHECK(entry.unavailable("model.tied", traits).empty());
  CHECK(entry.unavailable("model.norm", TaskTraits{}).empty());
  traits.has_tokens = false;
  CHECK(!entry.refuses(traits).empty());
}

TEST_CASE("transformer: options leave out their tensors and keep the order of the others") {
  const auto task = random_token_task({.vocabulary = 7, .words = 7}, 6);
  const auto names = [&](const TransformerShape& shape) {
    std::string text;
    const auto model = make_transformer<double>(shape, task, Random(1));
    for (const auto& tensor : model->layout().tensors())
      text += tensor.name + " " + std::to_string(tensor.rows) + "x" + std::to_string(tensor.cols) + "\n";
    return text;
  };
  CHECK(names({.d = 6, .depth = 1, .heads = 1}) ==
        "embedding.tokens 6x7\nembedding.positions 6x3\nblocks.0.norm1.gain 6x1\nblocks.0.norm1.bias 6x1\n"
        "blocks.0.attention.qkv.weight 18x6\nblocks.0.attention.qkv.bias 18x1\nblocks.0.attention.output.weight 6x6\n"
        "blocks.0.attention.output.bias 6x1\nblocks.0.norm2.gain 6x1\nblocks.0.norm2.bias 6x1\n"
        "blocks.0.mlp.up.weight 24x6\nblocks.0.mlp.up.bias 24x1\nblocks.0.mlp.down.weight 6x24\n"
        "blocks.0.mlp.down.bias 6x1\nnorm.gain 6x1\nnorm.bias 6x1\nW 7x6\n");
  CHECK(names({.d = 6,
               .depth = 1,
               .heads = 1,
               .norm = NormKind::rms,
               .feed_forward = FeedForwardKind::swiglu,
               .has_positions = false,
               .has_biases = false,
               .is_tied = true}) ==
        "embedding.tokens 6x7\nblocks.0.norm1.gain 6x1\nblocks.0.attention.qkv.weight 18x6\n"
        "blocks.0.attention.output.weight 6x6\nblocks.0.norm2.gain 6x1\nblocks.0.mlp.gate.weight 16x6\n"
        "blocks.0.mlp.up.weight 16x6\nblocks.0.mlp.down.weight 6x16\nnorm.gain 6x1\n");
}

TEST_CASE("transformer: without positions the order of earlier tokens does not reach a single block") {
  // The last position sees those before it as a set; a second block sees what they have seen, which has an order.
  auto task = std::make_shared<Task>(*random_token_task({.contexts = 2, .shortest = 3, .longest = 3}, 9));
  task->tokens = {{0, 1, 2}, {1, 0, 2}};
  const auto distance = [&](Index depth, bool has_positions) {
    const TransformerShape shape{
        .d = 8, .depth = depth, .heads = 2, .has_positions = has_positions, .init_scale = 0.5};
    const MatrixD h = make_transformer<double>(shape, task, Random(9))->context_embeddings();
    return (h.col(0) - h.col(1)).norm();
  };
  CHECK(distance(1, false) < 1e-12);
  CHECK(distance(2, false) > 1e-3);
  CHECK(distance(1, true) > 1e-3);
}

TEST_CASE(
    "transformer_entry: reconcile moves the other of width and heads, to the nearest that is possible") {
  const ModelEntry entry = transformer_entry();
  const auto reconciled = [&](Index d, Index heads, const char* changed) {
    Config config = config_of(d, heads);
    entry.reconcile(config, changed);
    CHECK(!entry.check(config));
    return std::pair{config.integer("model.d"), config.integer("model.heads")};
  };
  CHECK(reconciled(30, 4, "model.d") == std::pair<std::int64_t, std::int64_t>{30, 3});
  CHECK(reconciled(31, 16, "model.d") == std::pair<std::int64_t, std::int64_t>{31, 1});
  CHECK(reconciled(32, 5, "model.heads") == std::pair<std::int64_t, std::int64_t>{30, 5});
  CHECK(reconciled(2, 16, "model.heads") == std::pair<std::int64_t, std::int64_t>{16, 16});
  CHECK(reconciled(512, 15, "model.heads") == std::pair<std::int64_t, std::int64_t>{510, 15});
  CHECK(reconciled(32, 4, "model.d") == std::pair<std::int64_t, std::int64_t>{32, 4});
  CHECK(entry.check(config_of(30, 4)).value().find("30") != std::string::npos);
  for (Index d = 2; d <= 512; ++d) reconciled(d, 16, "model.d");
  for (Index heads = 1; heads <= 16; ++heads) reconciled(511, heads, "model.heads");
}
