#include "core/registry/registry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/models/readout.h"
#include "core/registry/entries.h"
#include "core/registry/error.h"
#include "core/train/schedule.h"

namespace gramscope {

namespace {

std::string joined(const std::vector<std::string>& names, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? std::string(last) : ", ";
    text += names[i];
  }
  return text;
}

template <class Entry>
const Entry* find_entry(std::span<const Entry> entries, std::string_view key) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

template <class Entry>
const Entry& require_entry(std::span<const Entry> entries, std::string_view key, const std::string& kind) {
  if (const Entry* found = find_entry(entries, key)) return *found;
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.key);
  throw UsageError("unknown " + kind + " \"" + std::string(key) +
                   "\"; nearest: " + joined(nearest_names(key, std::move(names)), ", "));
}

template <class Entry>
Parameter kind_parameter(const std::string& key, const std::string& label, std::span<const Entry> entries,
                         const std::string& default_key, Effect effect, const std::string& summary) {
  std::vector<Choice> choices;
  for (const auto& entry : entries) choices.push_back({entry.key, entry.label, entry.summary});
  return choice_parameter(key, label, default_key, std::move(choices), effect, summary);
}

Parameter optimizer_parameter(const ModelEntry& model) {
  std::vector<Choice> choices;
  for (const auto& key : model.optimizers) {
    const auto& entry = optimizer_entry(key);
    choices.push_back({entry.key, entry.label, entry.summary});
  }
  return choice_parameter("optimizer.kind", "Method", model.optimizers.front(), std::move(choices), Effect::live,
                          "How parameters follow their gradient; changing it clears momentum and averages.");
}

Parameter learning_rate_parameter(const ModelEntry& model, const std::string& optimizer) {
  const double rate = model.default_learning_rate(optimizer);
  return with_slider(real_parameter("optimizer.lr", "Learning rate", "η", rate, 1e-9, 1e9, Scale::log, Effect::live,
                                    "Length of a step along the direction the method gives."),
                     rate * 1e-3, rate * 1e2);
}

int group_rank(const std::string& group) {
  static const std::array<std::string, 6> order{"Task", "Model", "Capacity", "Optimizer", "Regularization", "Run"};
  return static_cast<int>(std::find(order.begin(), order.end(), group) - order.begin());
}

std::string kind_of(const Config& config, const std::string& key, const std::string& otherwise) {
  if (!config.contains(key)) return otherwise;
  const auto* text = std::get_if<std::string>(&config.at(key));
  if (text == nullptr) throw UsageError(key + " = " + to_string(config.at(key)) + ": must be a name");
  return *text;
}

/// The task's own parameters, those that `config` does not have or has wrong at their defaults.
Config task_config(const TaskEntry& task, const Config& config) {
  Config complete;
  for (const auto& parameter : task.parameters) {
    Value value = parameter.default_value;
    if (config.contains(parameter.key)) {
      try {
        value = checked_value(parameter, config.at(parameter.key));
      } catch (const UsageError&) {
        // Whoever resolves the config says so; here it is only asked what else applies.
      }
    }
    complete.set(parameter.key, std::move(value));
  }
  return complete;
}

TaskTraits traits_of(const TaskEntry& task, const Config& config) { return task.traits(task_config(task, config)); }

/// Why `model` cannot learn the task of `config`; empty if it can.
std::string refusal(const ModelEntry& model, const TaskEntry& task, const TaskTraits& traits) {
  if (!model.refuses) return {};
  const auto reason = model.refuses(traits);
  return reason.empty() ? reason : model.label + " " + reason + ", which " + task.label + " does not give";
}

struct Kinds {
  const TaskEntry& task;
  const ModelEntry& model;
  const OptimizerEntry& optimizer;
};

Kinds kinds_of(const Config& config) {
  const auto& task = task_entry(kind_of(config, "task.kind", task_entries().front().key));
  const auto& model = model_entry(kind_of(config, "model.kind", model_entries().front().key));
  const auto& optimizer = optimizer_entry(kind_of(config, "optimizer.kind", model.optimizers.front()));
  return {task, model, optimizer};
}

constexpr std::array<std::string_view, 12> kDecidingKeys{
    "task.kind",  "task.levels",    "task.imbalance",     "task.probabilities", "task.contexts_per_support",
    "model.kind", "optimizer.kind", "optimizer.schedule", "reg.path",           "reg.gamma",
    "reg.kernel", "run.stop"};

/// The kind of schedule and what each kind has.
std::vector<Parameter> schedule_parameters() {
  std::vector<Parameter> parameters{
      warmup_parameter(), kind_parameter("optimizer.schedule", "Schedule", schedule_entries(), schedule_entries().front().key,
                                         Effect::live, "The course of the learning rate over the run.")};
  for (const auto& entry : schedule_entries())
    for (const auto& parameter : entry.parameters)
      parameters.push_back(only_with(parameter, "optimizer.schedule", entry.key));
  return parameters;
}

/// Every parameter there is, of whatever kind; a key may come up more than once.
std::vector<Parameter> all_parameters() {
  std::vector<Parameter> all;
  const auto add = [&](const std::vector<Parameter>& parameters) {
    all.insert(all.end(), parameters.begin(), parameters.end());
  };
  for (const auto& entry : task_entries()) add(entry.parameters);
  for (const auto& entry : model_entries()) add(entry.parameters);
  add(readout_parameters({}));
  for (const auto& entry : optimizer_entries()) add(entry.parameters);
  add(schedule_parameters());
  add(run_parameters({}));
  return all;
}

/// Which kinds have a parameter of that key: "kernel_ufm", "momentum".
std::vector<std::string> kinds_with(std::string_view key) {
  std::vector<std::string> kinds;
  const auto look = [&](const auto& entries) {
    for (const auto& entry : entries)
      for (const auto& parameter : entry.parameters)
        if (parameter.key == key) kinds.push_back(entry.key);
  };
  look(task_entries());
  look(model_entries());
  look(optimizer_entries());
  return kinds;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys{"task.kind", "model.kind", "optimizer.kind", "optimizer.lr"};
  for (const auto& parameter : all_parameters())
    if (std::find(keys.begin(), keys.end(), parameter.key) == keys.end()) keys.push_back(parameter.key);
  return keys;
}

std::optional<std::string> check_together(const Config& config) {
  const Kinds kinds = kinds_of(config);
  if (const auto reason = refusal(kinds.model, kinds.task, traits_of(kinds.task, config)); !reason.empty())
    return "model.kind = " + kinds.model.key + ": " + reason;
  if (kinds.task.check)
    if (auto problem = kinds.task.check(config)) return problem;
  if (kinds.model.check)
    if (auto problem = kinds.model.check(config)) return problem;
  return std::nullopt;
}

/// A model that cannot learn the task gives way to the first that can.
void give_way_to_task(Config& config) {
  const auto& task = task_entry(config.text("task.kind"));
  const auto traits = traits_of(task, config);
  if (refusal(model_entry(config.text("model.kind")), task, traits).empty()) return;
  for (const auto& model : model_entries())
    if (refusal(model, task, traits).empty()) return config.set("model.kind", model.key);
}

}  // namespace

const TaskEntry& task_entry(std::string_view key) { return require_entry(task_entries(), key, "task"); }
const ModelEntry& model_entry(std::string_view key) { return require_entry(model_entries(), key, "model"); }
const OptimizerEntry& optimizer_entry(std::string_view key) {
  return require_entry(optimizer_entries(), key, "optimizer");
}
const ScheduleEntry& schedule_entry(std::string_view key) { return require_entry(schedule_entries(), key, "schedule"); }

std::vector<Parameter> possible_parameters(const Config& config) {
  const Kinds kinds = kinds_of(config);
  std::vector<Parameter> parameters;
  const auto add = [&](const std::vector<Parameter>& others) {
    parameters.insert(parameters.end(), others.begin(), others.end());
  };
  parameters.push_back(kind_parameter("task.kind", "Task", task_entries(), task_entries().front().key, Effect::restart,
                                      "What is to be learned."));
  add(kinds.task.parameters);
  const TaskTraits traits = traits_of(kinds.task, config);
  Parameter model_kind = kind_parameter("model.kind", "Model", model_entries(), model_entries().front().key,
                                        Effect::restart, "What learns.");
  for (auto& choice : model_kind.choices)
    choice.unavailable = refusal(model_entry(choice.key), kinds.task, traits);
  parameters.push_back(std::move(model_kind));
  for (Parameter parameter : kinds.model.parameters) {
    if (kinds.model.unavailable) parameter.unavailable = kinds.model.unavailable(parameter.key, traits);
    parameters.push_back(std::move(parameter));
  }
  add(readout_parameters(traits));
  parameters.push_back(optimizer_parameter(kinds.model));
  parameters.push_back(learning_rate_parameter(kinds.model, kinds.optimizer.key));
  add(schedule_parameters());
  add(kinds.optimizer.parameters);
  add(run_parameters(traits));
  std::stable_sort(parameters.begin(), parameters.end(), [](const Parameter& a, const Parameter& b) {
    return group_rank(a.group) < group_rank(b.group);
  });
  return parameters;
}

std::vector<Parameter> applicable_parameters(const Config& config) {
  std::vector<Parameter> applicable;
  for (auto& parameter : possible_parameters(config)) {
    const auto& condition = parameter.condition;
    if (!condition.key.empty()) {
      // A parameter stands after the one that decides about it, which may itself not apply.
      const auto decider = std::find_if(applicable.begin(), applicable.end(),
                                        [&](const Parameter& other) { return other.key == condition.key; });
      if (decider == applicable.end()) continue;
      const Value value = config.contains(condition.key) ? config.at(condition.key) : decider->default_value;
      if (!condition.holds_for(value)) continue;
    }
    applicable.push_back(std::move(parameter));
  }
  return applicable;
}

std::span<const std::string_view> deciding_keys() { return kDecidingKeys; }

const Parameter& find_parameter(const std::vector<Parameter>& applicable, std::string_view key) {
  const auto found =
      std::find_if(applicable.begin(), applicable.end(), [&](const Parameter& p) { return p.key == key; });
  if (found != applicable.end()) return *found;
  const auto kinds = kinds_with(key);
  const auto applies = [&](const std::string& other) {
    return std::any_of(applicable.begin(), applicable.end(), [&](const Parameter& p) { return p.key == other; });
  };
  for (const auto& parameter : all_parameters()) {
    const auto& condition = parameter.condition;
    if (parameter.key == key && !condition.key.empty() && (kinds.empty() || applies(condition.key)))
      throw UsageError(std::string(key) + ": does not apply here; it needs " + to_string(condition));
  }
  if (!kinds.empty())
    throw UsageError(std::string(key) + ": does not apply here; it is a parameter of " + joined(kinds, " and "));
  throw UsageError("unknown parameter \"" + std::string(key) +
                   "\"; nearest: " + joined(nearest_names(key, all_keys()), ", "));
}

Config resolve(const Config& given) {
  const auto applicable = applicable_parameters(given);
  Config resolved;
  for (const auto& parameter : applicable)
    resolved.set(parameter.key, given.contains(parameter.key) ? checked_value(parameter, given.at(parameter.key))
                                                              : parameter.default_value);
  for (const auto& [key, value] : given.values()) find_parameter(applicable, key);
  if (const auto problem = check_together(resolved)) throw UsageError(*problem);
  return resolved;
}

Config with_change(const Config& config, const std::string& key, const Value& value, std::vector<Change>* moved) {
  Config wanted = config;
  wanted.set(key, checked_value(find_parameter(applicable_parameters(config), key), value));
  // A method the new model is not offered gives way to the model's own, and a learning rate that belonged to another
  // method or model to the new one's default.
  const Kinds before = kinds_of(config);
  if (key != "model.kind") give_way_to_task(wanted);
  const bool is_other_model = before.model.key != kind_of(wanted, "model.kind", before.model.key);
  if (is_other_model) {
    wanted.erase("model.weights");  // they are another model's
    const auto& model = model_entry(wanted.text("model.kind"));
    const auto& offered = model.optimizers;
    if (std::find(offered.begin(), offered.end(), before.optimizer.key) == offered.end())
      wanted.set("optimizer.kind", offered.front());
    else if (before.model.optimizers.front() != offered.front())
      wanted.set("optimizer.kind", offered.front());
  }
  const Kinds after = kinds_of(wanted);
  if (is_other_model || key == "optimizer.kind") {
    const double default_before = before.model.default_learning_rate(before.optimizer.key);
    const double default_after = after.model.default_learning_rate(after.optimizer.key);
    if (default_before != default_after) wanted.set("optimizer.lr", default_after);
  }

  Config complete;
  for (const auto& parameter : possible_parameters(wanted)) {
    Value chosen = parameter.default_value;
    if (wanted.contains(parameter.key)) {
      try {
        chosen = checked_value(parameter, wanted.at(parameter.key));
      } catch (const UsageError&) {
        // The range is another one for the new kind: its own default it is.
      }
    }
    complete.set(parameter.key, chosen);
  }
  // Conditions are looked at last: what they ask about may just have gone back to its default.
  Config result;
  for (const auto& parameter : applicable_parameters(complete)) result.set(parameter.key, complete.at(parameter.key));
  if (check_together(result)) {
    if (after.task.reconcile) after.task.reconcile(result, key);
    if (after.model.reconcile) after.model.reconcile(result, key);
    if (const auto problem = check_together(result)) throw UsageError(*problem);
  }
  if (moved != nullptr) {
    for (const auto& [other, chosen] : result.values())
      if (other != key && config.contains(other) && !(config.at(other) == chosen))
        moved->push_back({other, other + " is now " + (chosen == Value{std::string{}} ? "empty" : to_string(chosen))});
  }
  return result;
}

Effect effect_of(const Config& before, const Config& after) {
  for (const auto& parameter : applicable_parameters(after)) {
    const bool is_same =
        before.contains(parameter.key) && before.at(parameter.key) == after.at(parameter.key);
    if (!is_same && parameter.effect == Effect::restart) return Effect::restart;
  }
  return Effect::live;
}

}  // namespace gramscope
