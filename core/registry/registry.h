#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/models/model.h"
#include "core/registry/config.h"
#include "core/registry/parameter.h"
#include "core/tasks/task.h"
#include "core/tasks/task_work.h"
#include "core/train/optimizer.h"

namespace gramscope {

/// A task that can be learned. Adding one is a file in core/tasks/ and a line in task_entries().
struct TaskEntry {
  std::string key;
  std::string label;
  std::string summary;  ///< one sentence
  std::string source;   ///< paper and section, or "own"
  std::string details;  ///< what a reader of results has to know besides, for `describe`; may be empty
  std::vector<Parameter> parameters;
  /// What the task offers to models. The config may be partial: only the task's own parameters are looked at.
  std::function<TaskTraits(const Config&)> traits;
  /// Builds the task. The config is resolved and has passed `check`. Throws InputError for a file that cannot be used
  /// and Cancelled when `work` says so.
  std::function<std::shared_ptr<const Task>(const Config&, const TaskWork& work)> make;
  /// What is wrong with these values together ("task.values: ..."), though each is in its own range; empty if nothing.
  std::function<std::optional<std::string>(const Config&)> check;
  /// Moves values other than `changed` by as little as makes `check` content. May leave it discontented.
  std::function<void(Config&, std::string_view changed)> reconcile;
};

/// A model that can learn. Adding one is a file in core/models/ and a line in model_entries().
struct ModelEntry {
  std::string key;
  std::string label;
  std::string summary;
  std::string source;
  std::vector<Parameter> parameters;
  /// Why this model cannot learn tasks of these traits ("needs contexts made of tokens"); empty if it can.
  std::function<std::string(const TaskTraits&)> refuses;
  /// Why that parameter has to stay at its default on tasks of these traits; empty if it is free. May be unset.
  std::function<std::string(std::string_view key, const TaskTraits&)> unavailable;
  std::vector<std::string> optimizers;  ///< keys of those it may be trained with, its default first
  /// Its default learning rate with an optimizer.
  std::function<double(std::string_view optimizer)> default_learning_rate;
  std::function<std::unique_ptr<Model<float>>(const ModelSetup&)> make_float;
  std::function<std::unique_ptr<Model<double>>(const ModelSetup&)> make_double;
  std::function<std::optional<std::string>(const Config&)> check;
  std::function<void(Config&, std::string_view changed)> reconcile;
};

/// A rule by which parameters follow their gradient. A file in core/train/ and a line in optimizer_entries().
struct OptimizerEntry {
  std::string key;
  std::string label;
  std::string summary;
  std::string source;
  std::vector<Parameter> parameters;  ///< besides optimizer.lr
  std::function<std::unique_ptr<Optimizer<float>>(Index size)> make_float;
  std::function<std::unique_ptr<Optimizer<double>>(Index size)> make_double;
};

/// The learning rate's share of optimizer.lr at a step, as a function of the step alone.
using Schedule = std::function<double(std::int64_t step)>;

/// A course of the learning rate over a run. A function in core/train/schedule.cpp and a line in schedule_entries().
struct ScheduleEntry {
  std::string key;
  std::string label;
  std::string summary;
  std::string source;
  std::vector<Parameter> parameters;
  /// The schedule of a resolved config.
  std::function<Schedule(const Config&)> make;
};

std::span<const TaskEntry> task_entries();
std::span<const ModelEntry> model_entries();
std::span<const OptimizerEntry> optimizer_entries();
std::span<const ScheduleEntry> schedule_entries();

/// The entry of that key. Throws UsageError with the nearest valid names.
const TaskEntry& task_entry(std::string_view key);
const ModelEntry& model_entry(std::string_view key);
const OptimizerEntry& optimizer_entry(std::string_view key);
const ScheduleEntry& schedule_entry(std::string_view key);

/// The parameters of the kinds chosen in `config` (task.kind, model.kind, optimizer.kind; where a kind is absent, its
/// default), whether or not their conditions are met, in the order of the parameter panel.
std::vector<Parameter> possible_parameters(const Config& config);

/// Those of them whose conditions `config` meets; where it is silent, defaults count.
std::vector<Parameter> applicable_parameters(const Config& config);

/// The keys whose values decide which other parameters apply, in the order in which they have to be read.
std::span<const std::string_view> deciding_keys();

/// The parameter of that key among those that apply. Throws UsageError: with the nearest names if no entry knows the
/// key, with the kinds that have it if others do, or with the condition under which it would apply.
const Parameter& find_parameter(const std::vector<Parameter>& applicable, std::string_view key);

/// A config with a checked value for every parameter that applies: `given` where it speaks, defaults elsewhere.
/// Throws UsageError at the first key that does not apply, value out of range, or combination that cannot be.
Config resolve(const Config& given);

struct Change {
  std::string key;
  std::string message;  ///< "model.heads is now 2: it must divide model.d = 30"
};

/// `config` (resolved) with one value changed, as a hand at a slider means it: other parameters that the change
/// makes inapplicable are dropped, those it makes impossible are moved to the nearest possible value, and each such
/// move is reported in `moved`. Throws UsageError if the value itself is not allowed.
Config with_change(const Config& config, const std::string& key, const Value& value, std::vector<Change>* moved);

/// What must happen for `before` to become `after`.
Effect effect_of(const Config& before, const Config& after);

/// The names nearest to `name`, best first, for "did you mean".
std::vector<std::string> nearest_names(std::string_view name, std::vector<std::string> names, std::size_t most = 3);

}  // namespace gramscope
