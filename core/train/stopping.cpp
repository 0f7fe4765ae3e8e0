#include "core/train/stopping.h"

namespace gramscope {

std::vector<Parameter> stopping_parameters(const TaskTraits& traits) {
  Choice peak{"peak", "At the peak", "go back to the peak of the semantic alignment once it has clearly declined"};
  if (!traits.has_factors)
    peak.unavailable = "the task has no latent factors, so that there is no semantic alignment to peak";
  else if (!traits.has_several_factors)
    peak.unavailable = "the task has one latent factor, so that there is no semantic alignment to peak";
  return {
      choice_parameter("run.stop", "Early stopping", "none", {{"none", "None", "run to the last step"}, std::move(peak)},
                       Effect::live, "Whether the run ends before its last step, and in which state."),
      only_with(with_slider(integer_parameter("run.stop_after", "Patience", "", 5, 1, 1000, Scale::linear, Effect::live,
                                              "Scheduled recorded steps without a higher semantic alignment that make "
                                              "a peak; there are 24 in each factor of ten."),
                            1, 48),
                "run.stop", "peak"),
  };
}

void PeakWatch::observe(std::int64_t step, bool is_scheduled, const PhaseTracker& phase) {
  if (phase.peak_step() != state_.peak_step) {
    state_.peak_step = phase.peak_step();
    state_.records_since = 0;
    state_.is_forgotten = false;
  } else if (state_.peak_step && is_scheduled && step > *state_.peak_step) {
    ++state_.records_since;
  }
}

}  // namespace gramscope
