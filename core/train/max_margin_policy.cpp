#include "core/train/max_margin_policy.h"

namespace gramscope {

static_assert(kMostContextsAtOnce == 500, "the texts below say so");

Parameter max_margin_parameter() {
  return choice_parameter(
      "run.max_margin", "Max-margin theory", "auto",
      {{"auto", "Auto", "solved for beside the run where there are at most 500 contexts"},
       {"always", "Always", "solved for however long it takes"},
       {"never", "Never", "not compared with"}},
      Effect::live, "Whether recorded steps are compared with the max-margin logits L_mm, which take a while for large tasks.");
}

std::string max_margin_left_out(const Task& task) {
  if (!task.has_targets()) return "it is not known what follows the samples: there are no labels";
  if (task.contexts > kMostContextsAtOnce) return "L_mm of more than 500 samples takes long and is not solved for";
  return {};
}

std::string max_margin_withheld(const Config& config, const Task& task) {
  const auto wanted = config.text_or("run.max_margin", "auto");
  if (wanted == "never") return "L_mm is not solved for (run.max_margin = never)";
  if (wanted == "auto" && task.contexts > kMostContextsAtOnce)
    return "L_mm of more than 500 contexts is solved for on request (run.max_margin = always)";
  return {};
}

}  // namespace gramscope
