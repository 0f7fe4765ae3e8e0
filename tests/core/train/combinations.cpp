#include <doctest/doctest.h>

#include <cmath>

#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/train/engine.h"

using namespace gramscope;

namespace {

/// Configs of a task that between them offer models all that its parameters can: each flag and choice both ways, each
/// integer at its default and at its least.
std::vector<Config> configs_of(const TaskEntry& task) {
  Config plain;
  plain.set("task.kind", task.key);
  std::vector<Config> configs{plain};
  const auto add = [&](const Parameter& parameter, const Value& value) {
    if (value == parameter.default_value) return;
    Config config = plain;
    config.set(parameter.key, value);
    configs.push_back(std::move(config));
  };
  for (const auto& parameter : task.parameters) {
    if (parameter.type == ParameterType::flag) add(parameter, !std::get<bool>(parameter.default_value));
    if (parameter.type == ParameterType::integer) add(parameter, static_cast<std::int64_t>(parameter.minimum));
    for (const auto& choice : parameter.choices) add(parameter, choice.key);
  }
  return configs;
}

/// What the task of this config offers models.
TaskTraits traits_of(const TaskEntry& task, const Config& config) {
  Config complete;
  for (const auto& parameter : task.parameters)
    complete.set(parameter.key, config.contains(parameter.key) ? config.at(parameter.key) : parameter.default_value);
  return task.traits(complete);
}

}  // namespace

TEST_CASE("every task with every model: trains, or is refused with the reason") {
  int trained = 0;
  int refused = 0;
  for (const auto& task : task_entries()) {
    for (const auto& model : model_entries()) {
      CAPTURE(task.key);
      CAPTURE(model.key);
      for (Config config : configs_of(task)) {
        config.set("model.kind", model.key);
        const auto reason = model.refuses ? model.refuses(traits_of(task, config)) : std::string{};
        if (!reason.empty()) {
          ++refused;
          try {
            resolve(config);
            FAIL("not refused");
          } catch (const UsageError& error) {
            const std::string message = error.what();
            CHECK(message.find(model.key) != std::string::npos);
            CHECK(message.find(reason) != std::string::npos);
          }
          continue;
        }
        // One of each task is trained; that the others can be is a matter of resolving.
        try {
          resolve(config);
        } catch (const UsageError&) {
          continue;  // this value does not go with the others' defaults
        }
        if (config.values().size() > 2) continue;
        ++trained;
        // Well within stability: the default rate is for the default task.
        config = resolve(config);
        config.set("run.max_margin", std::string("never"));  // of the default corpus it takes seconds
        config.set("optimizer.lr", 0.1 * config.real("optimizer.lr"));
        Engine engine(config);
        CHECK(engine.advance(12) == Engine::State::ready);
        const auto& records = engine.records();
        REQUIRE(records.size() > 5);
        double before = records.front().metrics.get("objective");
        REQUIRE(std::isfinite(before));
        for (std::size_t i = 1; i < records.size(); ++i) {
          const double objective = records[i].metrics.get("objective");
          CHECK(objective < before);
          before = objective;
        }
      }
    }
  }
  CHECK(trained > 0);
  CHECK(refused > 0);
}
