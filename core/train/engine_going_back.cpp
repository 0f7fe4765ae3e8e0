#include "core/train/engine_impl.h"

namespace gramscope {

void Engine::Impl::go_back(const Checkpoint& checkpoint) {
  const bool is_same_model = checkpoint.task == now.task && effect_of(now.config, checkpoint.config) == Effect::live;
  now = checkpoint;
  now.trainer.reset();
  now.last_recorded.reset();
  noise.restore(checkpoint.noise);
  if (!is_same_model) trainer = make_trainer(now.config, now.task);
  trainer->restore(now.config, *checkpoint.trainer);
  limit = now.config.integer("run.steps");
  next_scheduled = next_scheduled_step(now.step);
}

void Engine::Impl::go_back_keeping_config(const Checkpoint& checkpoint) {
  const auto tick = now.tick;
  Config config = now.config;
  // On a branch the checkpoint may be the original's: the work on L_mm is our own.
  const auto theory = now.theory;
  go_back(checkpoint);
  now.theory = theory;
  now.tick = tick;
  now.config = std::move(config);
  trainer->configure(now.config);
  limit = now.config.integer("run.steps");
}

void Engine::Impl::stop_at_peak() {
  const auto peak = now.course.peak;
  const auto came_from = now.step;
  const auto segment = now.segment;
  go_back_keeping_config(*peak);
  now.segment = segment + 1;
  now.course.peak = peak;
  forget_peak();
  now.state = Engine::State::stopped;  // before it is recorded: a branch from there has stopped too
  record();
  tell(Finished{now.step, now.segment, true, came_from,
                "Stopped at the peak of the semantic alignment, step " + std::to_string(now.step) +
                    ": no recorded step up to " + std::to_string(came_from) + " was higher."});
}

void Engine::Impl::forget_peak() {
  now.course.watch.forget_peak();
  now.course_before_last.watch.forget_peak();
}

void Engine::Impl::diverge(std::int64_t failed) {
  const std::string advice_text = advice();
  if (last_recorded == nullptr) {
    now.state = Engine::State::diverged;
    tell(Diverged{failed, false, now.step, "The initial state is not finite: lower Init scale (model.init_scale)."});
    return;
  }
  const double rate = now.config.real("optimizer.lr");
  const bool backs_off = now.config.text("run.on_divergence") == "back_off" && rate > 1e-8;
  const Config config = now.config;
  go_back_keeping_config(*last_recorded);
  if (backs_off) {
    now.config.set("optimizer.lr", rate / 2.0);
    trainer->configure(now.config);
    forget_peak();
    now.state = Engine::State::ready;
    now.has_unrecorded_change = true;
    tell(Diverged{failed, true, now.step,
                  "Step " + std::to_string(failed) + " gave infinite values: went back to step " +
                      std::to_string(now.step) + " with the learning rate halved to " +
                      to_string(now.config.at("optimizer.lr")) + "."});
    tell_config(false, describe(config, now.config, "optimizer.lr"));
    return settle();  // at once: whether steps are asked for one by one must not show
  }
  Objective objective;
  while (now.step < failed - 1 && trainer->step(now.step, objective) == Trainer::Step::taken) {
    now.last_cross_entropy = objective.cross_entropy;
    ++now.step;
  }
  now.state = Engine::State::diverged;  // before it is recorded, as above
  if (now.step > last_recorded->step) record();
  tell(Diverged{failed, false, now.step,
                "Step " + std::to_string(failed) + " gave infinite values; shown is the last finite state, step " +
                    std::to_string(now.step) + ". To go on, " + advice_text + "."});
}

std::string Engine::Impl::advice() const {
  std::string text = "lower " + std::string("Learning rate η (optimizer.lr, now ") +
                     to_string(now.config.at("optimizer.lr")) + ")";
  if (now.config.real_or("model.alpha", 1.0) > 1.0)
    text += " or Sharing α (model.alpha, now " + to_string(now.config.at("model.alpha")) + ")";
  // Its gradient grows as the embeddings shrink: a reward that suits the end may be too much for the beginning.
  if (now.config.real_or("reg.gamma", 0.0) > 0.0)
    text += " or Alignment reward γ (reg.gamma, now " + to_string(now.config.at("reg.gamma")) + ")";
  return text;
}

}  // namespace gramscope
