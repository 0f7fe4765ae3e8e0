#include "core/registry/registry.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/registry/error.h"

using namespace gramscope;

namespace {

std::string message_of(const Config& config) {
  try {
    resolve(config);
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

Config config_with(const std::string& key, Value value) {
  Config config;
  config.set(key, std::move(value));
  return config;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("resolve: an empty config is the default run, complete and stable") {
  const Config config = resolve({});
  CHECK(config.text("task.kind") == "attributes");
  CHECK(config.text("model.kind") == "kernel_ufm");
  CHECK(config.real("optimizer.lr") == 10.0);
  CHECK(resolve(config) == config);
}

TEST_CASE("resolve: names what is unknown with the nearest names, and what is out of range with the range") {
  CHECK(contains(message_of(config_with("model.bta", 0.1)), "model.beta"));
  CHECK(contains(message_of(config_with("task.kind", std::string("atributes"))), "attributes"));
  CHECK(contains(message_of(config_with("model.kind", std::string("transfomer"))), "transformer"));
  CHECK(contains(message_of(config_with("task.values", std::int64_t{9})), "from 2 to 8"));
  CHECK(contains(message_of(config_with("reg.lambda_w", -1.0)), "from 0 to 10"));
  CHECK(contains(message_of(config_with("optimizer.kind", std::string("sgd"))), "gd"));
  CHECK(contains(message_of(config_with("model.d", 2.5)), "whole number"));
  // Known, but of another kind: it says of which.
  CHECK(contains(message_of(config_with("model.heads", std::int64_t{2})), "transformer"));
}

TEST_CASE("resolve: AdamW is not offered to the kernel UFM") {
  CHECK(contains(message_of(config_with("optimizer.kind", std::string("adamw"))), "gd or momentum"));
}

TEST_CASE("resolve: a parameter applies only while its condition is met, and says which") {
  CHECK(contains(message_of(config_with("run.stop_after", std::int64_t{3})), "it needs run.stop = peak"));
  CHECK(contains(message_of(config_with("reg.kernel", std::string("symmetric"))), "it needs reg.gamma above 0"));
  CHECK(contains(message_of(config_with("reg.factor", std::int64_t{2})), "it needs reg.kernel = factor"));
  CHECK(contains(message_of(config_with("optimizer.decay_every", std::int64_t{2})), "it needs optimizer.schedule = step"));
  Config network = config_with("model.kind", std::string("transformer"));
  network.set("reg.path_steps", std::int64_t{5});
  CHECK(contains(message_of(network), "kernel_ufm"));

  Config config = config_with("reg.gamma", 0.5);
  CHECK(resolve(config).text("reg.kernel") == "semantic");
  config.set("reg.kernel", std::string("factor"));
  CHECK(resolve(config).integer("reg.factor") == 1);
  // One condition leads to the next: without the first neither holds.
  const Config off = with_change(resolve(config), "reg.gamma", Value{0.0}, nullptr);
  CHECK_FALSE(off.contains("reg.kernel"));
  CHECK_FALSE(off.contains("reg.factor"));
  CHECK(resolve(off) == off);
}

TEST_CASE("applicable_parameters: every condition is that of a parameter that decides, and stands after it") {
  const auto deciding = deciding_keys();
  for (const auto& model : model_entries()) {
    const auto possible = possible_parameters(config_with("model.kind", Value{model.key}));
    for (auto parameter = possible.begin(); parameter != possible.end(); ++parameter) {
      const auto& condition = parameter->condition;
      if (condition.key.empty()) continue;
      CHECK_MESSAGE(std::find(deciding.begin(), deciding.end(), condition.key) != deciding.end(), parameter->key);
      const auto decider = std::find_if(possible.begin(), parameter, [&](const auto& p) { return p.key == condition.key; });
      REQUIRE_MESSAGE(decider != parameter, parameter->key);
      if (condition.value.empty()) continue;
      CHECK_MESSAGE(std::any_of(decider->choices.begin(), decider->choices.end(),
                                [&](const auto& choice) { return choice.key == condition.value; }), parameter->key);
    }
  }
}

TEST_CASE("resolve: too many contexts are refused with how many values fit") {
  Config config;
  config.set("task.factors", std::int64_t{4});
  config.set("task.values", std::int64_t{8});
  CHECK(contains(message_of(config), "4096"));
  CHECK(contains(message_of(config), "2 to 5"));
}

TEST_CASE("with_change: moves what the change makes impossible, and says so") {
  Config config;
  config.set("task.values", std::int64_t{8});
  std::vector<Change> moved;
  const Config changed = with_change(resolve(config), "task.factors", Value{std::int64_t{5}}, &moved);
  CHECK(changed.integer("task.factors") == 5);
  CHECK(changed.integer("task.values") == 4);
  REQUIRE(moved.size() == 1);
  CHECK(moved.front().key == "task.values");
}

TEST_CASE("with_change: another model brings its own method and learning rate, and back") {
  const Config ufm = resolve({});
  const Config network = with_change(ufm, "model.kind", Value{std::string("transformer")}, nullptr);
  CHECK(network.text("optimizer.kind") == "adamw");
  CHECK(network.real("optimizer.lr") == 1e-3);
  CHECK_FALSE(network.contains("model.alpha"));
  const Config back = with_change(network, "model.kind", Value{std::string("kernel_ufm")}, nullptr);
  CHECK(back.text("optimizer.kind") == "gd");
  CHECK(back.real("optimizer.lr") == 10.0);
}

namespace {

/// The ends of a parameter's range, or its choices; nothing where it has to stay as it is.
std::vector<Value> extreme_values(const Parameter& parameter) {
  if (!parameter.unavailable.empty()) return {};
  if (parameter.type == ParameterType::real) return {parameter.minimum, parameter.maximum};
  if (parameter.type == ParameterType::integer)
    return {static_cast<std::int64_t>(parameter.minimum), static_cast<std::int64_t>(parameter.maximum)};
  if (parameter.type == ParameterType::flag) return {true, false};
  std::vector<Value> values;
  for (const auto& choice : parameter.choices)
    if (choice.unavailable.empty()) values.emplace_back(choice.key);
  return values;
}

/// A resolved config of every task with every model that can learn it.
std::vector<Config> every_kind() {
  std::vector<Config> configs;
  for (const auto& task : task_entries()) {
    const Config of_task = with_change(resolve({}), "task.kind", Value{task.key}, nullptr);
    const auto applicable = applicable_parameters(of_task);
    for (const auto& choice : find_parameter(applicable, "model.kind").choices)
      if (choice.unavailable.empty())
        configs.push_back(with_change(of_task, "model.kind", Value{choice.key}, nullptr));
  }
  return configs;
}

}  // namespace

TEST_CASE("with_change: any change of any kind resolves, from any kind") {
  for (const Config& from : every_kind()) {
    for (const auto& parameter : applicable_parameters(from)) {
      for (const auto& value : extreme_values(parameter)) {
        CAPTURE(from.text("task.kind"));
        CAPTURE(from.text("model.kind"));
        CAPTURE(parameter.key);
        CAPTURE(to_string(value));
        const Config to = with_change(from, parameter.key, value, nullptr);
        CHECK(resolve(to) == to);
        CHECK(to.at(parameter.key) == value);
      }
    }
  }
}

TEST_CASE("effect_of: capacity is live for the UFM family and restarts a network") {
  const Config ufm = resolve({});
  CHECK(effect_of(ufm, with_change(ufm, "model.d", Value{std::int64_t{8}}, nullptr)) == Effect::live);
  CHECK(effect_of(ufm, with_change(ufm, "reg.lambda_h", Value{1e-4}, nullptr)) == Effect::live);
  CHECK(effect_of(ufm, with_change(ufm, "task.values", Value{std::int64_t{4}}, nullptr)) == Effect::restart);
  const Config network = with_change(ufm, "model.kind", Value{std::string("transformer")}, nullptr);
  CHECK(effect_of(network, with_change(network, "model.d", Value{std::int64_t{16}}, nullptr)) == Effect::restart);
}

TEST_CASE("registry: every entry and every parameter says what it is") {
  const auto check_parameters = [](const auto& parameters) {
    std::set<std::string> keys;
    for (const auto& parameter : parameters) {
      CHECK_MESSAGE(keys.insert(parameter.key).second, parameter.key);
      CHECK_MESSAGE(!parameter.label.empty(), parameter.key);
      CHECK_MESSAGE(parameter.summary.size() > 10, parameter.key);
      CHECK_MESSAGE(parameter.summary.back() == '.', parameter.key);
      CHECK_NOTHROW(checked_value(parameter, parameter.default_value));
      if (parameter.type == ParameterType::real || parameter.type == ParameterType::integer) {
        CHECK_MESSAGE(parameter.slider_minimum >= parameter.minimum, parameter.key);
        CHECK_MESSAGE(parameter.slider_maximum <= parameter.maximum, parameter.key);
        CHECK_MESSAGE(parameter.slider_minimum < parameter.slider_maximum, parameter.key);
        if (parameter.scale == Scale::log) CHECK_MESSAGE(parameter.slider_minimum > 0.0, parameter.key);
      }
    }
  };
  for (const auto& entry : task_entries()) {
    CHECK(!entry.summary.empty());
    CHECK(!entry.source.empty());
    check_parameters(entry.parameters);
  }
  for (const auto& model : model_entries()) {
    CHECK(!model.summary.empty());
    CHECK(!model.source.empty());
    check_parameters(possible_parameters(config_with("model.kind", Value{model.key})));
  }
}

TEST_CASE("nearest_names: a slip of the finger, a missing section, a part of a name") {
  const std::vector<std::string> names{"collapse", "capacity", "permanent", "plain-ufm", "transformer"};
  CHECK(nearest_names("colapse", names).front() == "collapse");
  CHECK(nearest_names("transfromer", names).front() == "transformer");
  CHECK(nearest_names("ufm", names).front() == "plain-ufm");
  CHECK(nearest_names("lr", {"optimizer.lr", "model.d", "run.seed"}).front() == "optimizer.lr");
}

TEST_CASE("with_change: initial weights belong to their model, and go with it") {
  Config config;
  config.set("model.kind", Value{std::string("transformer")});
  config.set("model.weights", Value{std::string("mine.safetensors")});
  config = resolve(config);
  CHECK(with_change(config, "optimizer.lr", Value{0.5}, nullptr).text("model.weights") == "mine.safetensors");
  std::vector<Change> moved;
  CHECK(with_change(config, "model.kind", Value{std::string("mlp")}, &moved).text("model.weights").empty());
  const auto told = std::find_if(moved.begin(), moved.end(), [](const Change& c) { return c.key == "model.weights"; });
  REQUIRE(told != moved.end());
  CHECK(told->message == "model.weights is now empty");
}
