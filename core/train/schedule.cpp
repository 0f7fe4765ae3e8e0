#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gramscope {

Schedule learning_rate_schedule(const Config& config) {
  return [rate = config.real("optimizer.lr"), warmup = config.integer("optimizer.warmup"),
          share = schedule_entry(config.text("optimizer.schedule")).make(config)](std::int64_t step) {
    const bool is_warm = step + 1 >= warmup;
    const double warmth = is_warm ? 1.0 : static_cast<double>(step + 1) / static_cast<double>(warmup);
    return rate * warmth * share(step);
  };
}

ScheduleEntry constant_schedule_entry() {
  ScheduleEntry entry;
  entry.key = "constant";
  entry.label = "Constant";
  entry.summary = "The learning rate stays what it is.";
  entry.source = "own";
  entry.make = [](const Config&) -> Schedule { return [](std::int64_t) { return 1.0; }; };
  return entry;
}

ScheduleEntry step_schedule_entry() {
  ScheduleEntry entry;
  entry.key = "step";
  entry.label = "Steps";
  entry.summary = "The learning rate falls by a factor at regular intervals.";
  entry.source = "own";
  entry.parameters = {
      with_slider(integer_parameter("optimizer.decay_every", "Decay every", "", 3000, 1, 1'000'000'000, Scale::log,
                                    Effect::live, "Steps between two falls of the learning rate, the first included."),
                  10, 100'000),
      with_slider(real_parameter("optimizer.decay_factor", "Decay factor", "", 0.5, 1e-6, 1.0, Scale::log, Effect::live,
                                 "What the learning rate is multiplied by at each fall."),
                  0.01, 1.0),
  };
  entry.make = [](const Config& config) -> Schedule {
    return [every = config.integer("optimizer.decay_every"),
            factor = config.real("optimizer.decay_factor")](std::int64_t step) {
      return std::pow(factor, static_cast<double>(step / every));
    };
  };
  return entry;
}

ScheduleEntry cosine_schedule_entry() {
  ScheduleEntry entry;
  entry.key = "cosine";
  entry.label = "Cosine";
  entry.summary = "The learning rate falls along half a cosine from the end of the warm-up to the end of the run.";
  entry.source = "Loshchilov, Hutter 2017 (arXiv 1608.03983), eq. 5";
  entry.parameters = {real_parameter("optimizer.final_lr_share", "Final share", "", 0.0, 0.0, 1.0, Scale::linear,
                                     Effect::live, "Share of the learning rate that is left at the end of the run.")};
  entry.make = [](const Config& config) -> Schedule {
    const auto last = config.integer("run.steps");
    const auto first = std::min(config.integer("optimizer.warmup"), last);
    return [first, last, final_share = config.real("optimizer.final_lr_share")](std::int64_t step) {
      if (step <= first && step < last) return 1.0;
      if (step >= last) return final_share;
      const double p = static_cast<double>(step - first) / static_cast<double>(last - first);
      return final_share + (1.0 - final_share) * 0.5 * (1.0 + std::cos(std::numbers::pi * p));
    };
  };
  return entry;
}

Parameter warmup_parameter() {
  return with_slider(integer_parameter("optimizer.warmup", "Warm-up", "", 0, 0, 1'000'000'000, Scale::linear, Effect::live,
                                       "Steps over which the learning rate rises in a straight line to its full value."),
                     0, 1000);
}

}  // namespace gramscope
