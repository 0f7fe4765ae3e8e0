#include "core/train/engine.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/arithmetic.h"
#include "core/registry/error.h"
#include "core/train/engine_impl.h"

namespace gramscope {

bool is_scheduled_step(std::int64_t step) { return step == 0 || next_scheduled_step(step - 1) == step; }

std::int64_t next_scheduled_step(std::int64_t step) {
  if (step < 0) return 0;
  // i at or a little below 24 log10(step), then upward to the first that lies beyond.
  auto i = step < 1 ? 0 : static_cast<std::int64_t>(std::floor(24.0 * std::log10(static_cast<double>(step)))) - 1;
  for (i = std::max<std::int64_t>(i, 0);; ++i) {
    const auto scheduled = std::llround(std::pow(10.0, static_cast<double>(i) / 24.0));
    if (scheduled > step) return scheduled;
  }
}

Engine::State Engine::Impl::advance(std::int64_t steps) {
  settle();
  if (now.state == Engine::State::ready && now.step >= limit) finish();
  // Back-off restarts below an earlier step count: the budget counts steps taken, so that it always ends.
  while (steps > 0 && now.state == Engine::State::ready && !desk.is_full()) {
    Objective objective;
    const auto outcome = trainer->step(now.step, objective);
    --steps;
    ++now.tick;  // of steps tried: a command after a divergence must not be replayed before it
    if (outcome != Trainer::Step::taken) {
      diverge(outcome == Trainer::Step::not_finite_before ? now.step : now.step + 1);
      continue;
    }
    now.last_cross_entropy = objective.cross_entropy;
    ++now.step;
    settle();
    if (now.state == Engine::State::ready && now.step >= limit) finish();
  }
  return now.state;
}

void Engine::Impl::finish() {
  if (!is_recorded()) record();  // run.steps was lowered to a step already passed
  now.state = Engine::State::finished;
  tell(Finished{now.step, now.segment, false, now.step,
                "Reached run.steps = " + std::to_string(limit) + "."});
}

Engine::Engine(const Config& config, std::string preset, EngineHooks hooks)
    : impl_(std::make_unique<Impl>(std::move(hooks))) {
  const ComputeScope scope;
  impl_->now.preset = std::move(preset);
  impl_->begin_segment(0, impl_->prepare(resolve(config)), {});
}

Engine::Engine(const Config& config, std::string preset, Listener listener)
    : Engine(config, std::move(preset), EngineHooks{.listener = std::move(listener)}) {}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::set_listener(Listener listener) { impl_->hooks.listener = std::move(listener); }

Engine::State Engine::advance(std::int64_t steps) {
  const ComputeScope scope;
  return impl_->advance(steps);
}

void Engine::apply(const Command& command) {
  const ComputeScope scope;
  // Whoever asked may show the value that was refused: it is told the one in force.
  const auto refuse = [this](const std::exception& error) {
    impl_->tell(Message{Message::Level::warning, error.what()});
    impl_->tell_config(false, {});
  };
  try {
    impl_->execute(command);
  } catch (const UsageError& error) {
    refuse(error);
  } catch (const InputError& error) {
    refuse(error);
  } catch (const Cancelled& error) {
    refuse(error);
  }
}

void Engine::settle() {
  const ComputeScope scope;
  impl_->settle();
}

Engine::State Engine::state() const { return impl_->now.state; }
double Engine::learning_rate() const { return impl_->trainer->learning_rate(impl_->now.step); }
const Config& Engine::config() const { return impl_->now.config; }
const std::string& Engine::preset() const { return impl_->now.preset; }
std::shared_ptr<const Task> Engine::task() const { return impl_->now.task; }
std::int64_t Engine::segment() const { return impl_->now.segment; }
std::int64_t Engine::step() const { return impl_->now.step; }
std::int64_t Engine::tick() const { return impl_->now.tick; }
double Engine::last_cross_entropy() const { return impl_->now.last_cross_entropy; }
std::int64_t Engine::steps_left() const {
  return std::max<std::int64_t>(0, impl_->now.config.integer("run.steps") - impl_->now.step);
}
std::shared_ptr<const Embeddings> Engine::embeddings(const InsideWanted& inside) const {
  return impl_->embeddings(inside);
}
ConfigChanged Engine::present() const { return impl_->present(); }
const std::vector<Record>& Engine::records() const { return impl_->records; }
const std::vector<Engine::Executed>& Engine::commands() const { return impl_->commands; }
std::shared_ptr<const Engine::Checkpoint> Engine::checkpoint() const {
  auto checkpoint = impl_->checkpoint();
  checkpoint->records = impl_->records;
  checkpoint->waiting = impl_->desk.queues();
  checkpoint->commands = impl_->commands.size();
  return checkpoint;
}

void Engine::restore(const Checkpoint& checkpoint) {
  const ComputeScope scope;
  Checkpoint state = checkpoint;
  state.records.clear();
  state.waiting.clear();
  impl_->go_back(state);
  impl_->records = checkpoint.records;
  impl_->desk.restore(checkpoint.waiting, impl_->hooks.solve_max_margin);
  impl_->commands.resize(std::min(impl_->commands.size(), checkpoint.commands));
  std::erase_if(impl_->withdrawn, [&](const Withdrawn& before) { return before.commands > checkpoint.commands; });
  impl_->last_recorded =
      checkpoint.last_recorded != nullptr ? checkpoint.last_recorded : std::make_shared<Checkpoint>(std::move(state));
}

std::vector<NamedMatrix> Engine::weights() const { return impl_->trainer->weights(); }

std::vector<unsigned char> Engine::parameter_bytes() const { return impl_->trainer->parameter_bytes(); }

}  // namespace gramscope
