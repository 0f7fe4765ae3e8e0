#include "core/registry/entries.h"

#include "core/models/additive_ufm.h"
#include "core/models/kernel_ufm.h"
#include "core/models/mlp.h"
#include "core/models/transformer.h"
#include "core/models/ufm.h"
#include "core/tasks/attributes.h"
#include "core/tasks/corpus.h"
#include "core/tasks/sentences.h"
#include "core/tasks/support.h"
#include "core/tasks/taxonomy.h"
#include "core/train/max_margin_policy.h"
#include "core/train/optimizers.h"
#include "core/train/schedule.h"
#include "core/train/stopping.h"

namespace gramscope {

// The explicit lists: adding a task, a model, an optimizer or a schedule is its file and one line here. Static objects that
// register themselves would be dropped by the linker from a static library.

std::span<const TaskEntry> task_entries() {
  static const std::vector<TaskEntry> entries{
      attributes_entry(),
      taxonomy_entry(),
      sentences_entry(),
      support_entry(),
      corpus_entry(),
  };
  return entries;
}

std::span<const ModelEntry> model_entries() {
  static const std::vector<ModelEntry> entries{
      kernel_ufm_entry(),
      ufm_entry(),
      additive_ufm_entry(),
      transformer_entry(),
      mlp_entry(),
  };
  return entries;
}

std::span<const OptimizerEntry> optimizer_entries() {
  static const std::vector<OptimizerEntry> entries{
      gradient_descent_entry(),
      momentum_entry(),
      adamw_entry(),
  };
  return entries;
}

std::span<const ScheduleEntry> schedule_entries() {
  static const std::vector<ScheduleEntry> entries{
      constant_schedule_entry(),
      step_schedule_entry(),
      cosine_schedule_entry(),
  };
  return entries;
}

std::vector<Parameter> run_parameters(const TaskTraits& traits) {
  std::vector<Parameter> parameters{
      file_parameter("model.weights", "Initial weights", "", Effect::restart,
                     "A safetensors file with every tensor of the model, as run --out leaves it; empty: drawn from the "
                     "seed."),
      in_group(choice_parameter("model.precision", "Precision", "float",
                                {{"float", "Float", "32 bits: fast"}, {"double", "Double", "64 bits: exact"}},
                                Effect::restart, "Arithmetic of the training; everything measured is in double."),
               "Run"),
      with_slider(integer_parameter("run.seed", "Seed", "", 0, 0, 4'294'967'295, Scale::linear, Effect::restart,
                                    "Names the random numbers: the same seed gives the same run, bit for bit."),
                  0, 99),
      with_slider(integer_parameter("run.steps", "Steps", "", 12'000, 1, 1'000'000'000, Scale::log, Effect::live,
                                    "The run ends after this many steps."),
                  100, 1'000'000),
      choice_parameter("run.on_divergence", "On divergence", "stop",
                       {{"stop", "Stop", "keep the last finite state and stop"},
                        {"back_off", "Back off", "return to the last recorded step and halve the learning rate"}},
                       Effect::live, "What happens when a step gives NaN or Inf."),
  };
  parameters.push_back(max_margin_parameter());
  const auto stopping = stopping_parameters(traits);
  parameters.insert(parameters.end(), stopping.begin(), stopping.end());
  return parameters;
}

}  // namespace gramscope
