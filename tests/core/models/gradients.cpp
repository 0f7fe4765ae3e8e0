#include <doctest/doctest.h>

#include "core/models/mlp.h"
#include "core/models/readout.h"
#include "core/models/transformer.h"
#include "core/registry/registry.h"
#include "tests/core/models/gradient_check.h"
#include "tests/core/models/trials.h"
#include "tests/core/models/token_task.h"

using namespace gramscope;

namespace {

/// A model whose gradient is right except in one entry: the check must notice.
class Bowl final : public Model<double> {
 public:
  explicit Bowl(double fault) : fault_(fault) {
    layout_.add("x", 3, 1);
    layout_.add("y", 2, 2);
    parameters_ = VectorD::Zero(layout_.size());
  }
  Objective gradient(VectorD& gradient) override {
    const auto x = view(parameters_, layout_.tensor("x"));
    const auto y = view(parameters_, layout_.tensor("y"));
    gradient.setZero(layout_.size());
    view(gradient, layout_.tensor("x")) = 4.0 * x.array().cube().matrix();
    view(gradient, layout_.tensor("y")).array() = y.array().cos();
    view(gradient, layout_.tensor("y"))(1, 0) += fault_;
    return {x.array().square().square().sum(), y.array().sin().sum()};
  }
  MatrixD context_embeddings() override { return {}; }
  MatrixD word_embeddings() const override { return {}; }
  double penalty() const override { return 0.0; }
  Index dimension() const override { return 1; }
  void configure(const Config&) override {}

 private:
  double fault_;
};

Index draw_between(Random& random, Index least, Index most) {
  return least + static_cast<Index>(random.below(static_cast<std::uint32_t>(most - least + 1)));
}

/// Few contexts, ragged, of few words, one or two of which can follow.
TokenTaskShape random_shape(Random& random) {
  TokenTaskShape shape;
  shape.shortest = draw_between(random, 1, 4);
  shape.longest = shape.shortest + draw_between(random, 0, 3);
  shape.contexts = draw_between(random, 1, 6);
  shape.vocabulary = draw_between(random, 1, 6);
  shape.words = draw_between(random, 2, 7);
  shape.most_support = draw_between(random, 1, 2);
  return shape;
}

}  // namespace

TEST_CASE("check_gradient: passes a right gradient and names the tensor of a wrong one") {
  CHECK(check_gradient(std::make_unique<Bowl>(0.0), 1).error < 1e-9);
  const auto wrong = check_gradient(std::make_unique<Bowl>(1e-3), 1);
  CHECK(wrong.error > 1e-4);
  CHECK(wrong.tensor == "y");
}

TEST_CASE("transformer: the gradient is that of central differences, whatever its shape and task") {
  Random random(2024);
  const auto between = [&](Index least, Index most) { return draw_between(random, least, most); };
  for (int trial = 0; trial < trials(24); ++trial) {
    TransformerShape shape;
    shape.heads = between(1, 4);
    shape.d = shape.heads * between(1, 3) + (shape.heads == 1 ? 1 : 0);
    shape.depth = between(1, 3);
    shape.norm = between(0, 1) == 0 ? NormKind::layer : NormKind::rms;
    shape.feed_forward = between(0, 1) == 0 ? FeedForwardKind::gelu : FeedForwardKind::swiglu;
    shape.has_positions = between(0, 1) == 0;
    shape.has_biases = between(0, 1) == 0;
    shape.is_tied = between(0, 1) == 0;
    TokenTaskShape task_shape = random_shape(random);
    if (shape.is_tied) task_shape.vocabulary = task_shape.words;
    CAPTURE(trial);
    CAPTURE(shape.d);
    CAPTURE(shape.heads);
    CAPTURE(shape.depth);
    const auto seed = static_cast<std::uint64_t>(trial);
    const auto check = check_gradient(
        make_transformer<double>(shape, random_token_task(task_shape, seed), Random(seed)), seed);
    CAPTURE(check.tensor);
    CHECK(check.error < 1e-5);
    CHECK(check.padding == 0.0);
  }
}

TEST_CASE("mlp: the gradient is that of central differences, whatever its shape and task") {
  Random random(2025);
  const auto between = [&](Index least, Index most) { return draw_between(random, least, most); };
  for (int trial = 0; trial < trials(16); ++trial) {
    MlpShape shape;
    shape.d = between(1, 7);
    shape.embedding = between(1, 4);
    shape.depth = between(1, 4);
    shape.width = between(1, 9);
    shape.layers.activation = static_cast<Activation>(between(0, 2));
    if (const Index norm = between(0, 2); norm > 0) shape.layers.norm = norm == 1 ? NormKind::layer : NormKind::rms;
    shape.layers.has_biases = between(0, 1) == 0;
    const TokenTaskShape task_shape = random_shape(random);
    CAPTURE(trial);
    const auto seed = static_cast<std::uint64_t>(trial);
    const auto check = check_gradient(
        make_mlp<double>(shape, random_token_task(task_shape, seed), Random(seed)), seed);
    CAPTURE(check.tensor);
    CHECK(check.error < 1e-5);
    CHECK(check.padding == 0.0);
  }
}

TEST_CASE("networks: the gradient is right where agreement with a kernel is rewarded, in one chunk and in several") {
  Config config;
  config.set("reg.gamma", 0.7);
  for (const Index contexts : {6, 90}) {
    auto task = std::make_shared<Task>(*random_token_task(
        {.contexts = contexts, .shortest = 1, .longest = 7, .vocabulary = 9, .words = 5, .most_support = 3}, 4));
    Factor factor{"parity", {"even", "odd"}, {}};
    Factor third{"third", {"0", "1", "2"}, {}};
    for (int j = 0; j < static_cast<int>(contexts); ++j) {
      factor.value.push_back(j % 2);
      third.value.push_back(j / 2 % 3);
    }
    task->factors = {factor, third};
    task->semantic_kernel = shared_value_kernel(task->factors, contexts);
    const auto check = [&](std::unique_ptr<Model<double>> model) {
      CHECK(model->penalty() > 0.0);
      VectorD gradient;
      CHECK(model->gradient(gradient).penalty == doctest::Approx(model->penalty()).epsilon(1e-14));
      const auto result = check_gradient(std::move(model), 4, 0.3, 8);
      CAPTURE(result.tensor);
      CHECK(result.error < 1e-5);
    };
    CAPTURE(contexts);
    check(make_transformer<double>({.d = 6, .depth = 2, .heads = 2, .init_scale = 0.3}, task, Random(4), config));
    MlpShape mlp;
    mlp.init_scale = 0.3;
    check(make_mlp<double>(mlp, task, Random(4), config));
  }
}

TEST_CASE("transformer: the gradient is right across chunk borders") {
  // 90 contexts of 1 to 7 tokens are more columns than the model takes at a time.
  const TokenTaskShape task_shape{
      .contexts = 90, .shortest = 1, .longest = 7, .vocabulary = 9, .words = 5, .most_support = 3};
  const TransformerShape shape{.d = 6, .depth = 2, .heads = 2, .init_scale = 0.02};
  const auto check = check_gradient(
      make_transformer<double>(shape, random_token_task(task_shape, 4), Random(4)), 4, 0.3, 12);
  CAPTURE(check.tensor);
  CHECK(check.error < 1e-5);
}

namespace {

/// A value of the parameter's range, drawn so that small and large ones both come up.
Value random_value(const Parameter& parameter, Random& random) {
  if (parameter.type == ParameterType::choice)
    return parameter.choices[random.below(static_cast<std::uint32_t>(parameter.choices.size()))].key;
  if (parameter.type == ParameterType::flag) return random.below(2) == 0;
  if (parameter.type == ParameterType::integer)
    return static_cast<std::int64_t>(parameter.minimum) +
           static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(
               std::min(parameter.maximum, parameter.minimum + 9.0) - parameter.minimum + 1.0)));
  return parameter.slider_minimum + (parameter.slider_maximum - parameter.slider_minimum) * random.uniform();
}

}  // namespace

TEST_CASE("every registered model: the gradient is that of central differences, on random configurations") {
  Random random(7);
  for (const auto& entry : model_entries()) {
    for (int trial = 0; trial < trials(12); ++trial) {
      Config config;
      config.set("model.kind", entry.key);
      config = resolve(config);
      config = with_change(config, "task.factors", Value{static_cast<std::int64_t>(1 + random.below(3))}, nullptr);
      config = with_change(config, "task.values", Value{static_cast<std::int64_t>(2 + random.below(2))}, nullptr);
      auto parameters = entry.parameters;
      for (auto& parameter : readout_parameters({})) parameters.push_back(std::move(parameter));
      for (const auto& parameter : parameters)
        if (config.contains(parameter.key) && parameter.key != "reg.factor" &&  // the task may have one factor only
            find_parameter(applicable_parameters(config), parameter.key).unavailable.empty())
          config = with_change(config, parameter.key, random_value(parameter, random), nullptr);
      const ModelSetup setup{task_entry(config.text("task.kind")).make(config, {}), config,
                             Random(static_cast<std::uint64_t>(trial))};
      CAPTURE(entry.key);
      CAPTURE(trial);
      const auto check = check_gradient(entry.make_double(setup), static_cast<std::uint64_t>(trial), 0.3, 6);
      CAPTURE(check.tensor);
      CHECK(check.error < 1e-5);
      CHECK(check.padding == 0.0);
    }
  }
}

TEST_CASE("every registered model: float agrees with double") {
  for (const auto& entry : model_entries()) {
    Config config;
    config.set("model.kind", entry.key);
    config = resolve(config);
    const auto task = task_entry(config.text("task.kind")).make(config, {});
    auto exact = entry.make_double({task, config, Random(1)});
    auto fast = entry.make_float({task, config, Random(1)});
    VectorD gradient = VectorD::Zero(exact->layout().size());
    Vector<float> fast_gradient = Vector<float>::Zero(fast->layout().size());
    const auto objective = exact->gradient(gradient);
    CAPTURE(entry.key);
    CHECK(fast->gradient(fast_gradient).total() == doctest::Approx(objective.total()).epsilon(1e-6));
    CHECK((fast_gradient.cast<double>() - gradient).squaredNorm() <= 1e-7 * gradient.squaredNorm());
  }
}
