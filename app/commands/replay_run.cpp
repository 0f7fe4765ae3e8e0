#include "app/commands/replay_run.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <optional>

#include "app/commands/interrupt.h"
#include "app/commands/max_margin_wait.h"
#include "app/commands/preparation.h"
#include "app/commands/progress.h"
#include "app/commands/stopwatch.h"
#include "core/io/run_output.h"
#include "core/io/safetensors.h"

namespace gramscope::app {

namespace {

/// What a run has to say, on stderr and clear of the progress bar.
class Voice {
 public:
  Voice(std::string run, Progress& progress, std::set<std::string>& told)
      : run_(std::move(run)), progress_(progress), told_(told) {}

  void tell(const Event& event) {
    if (const auto* message = std::get_if<Message>(&event))
      print(message->level == Message::Level::info ? "" : "warning: ", message->text);
    else if (const auto* diverged = std::get_if<Diverged>(&event))
      print("", diverged->text);
    else if (const auto* finished = std::get_if<Finished>(&event); finished != nullptr && finished->went_back)
      print("", finished->text);
  }

  /// Says that once.
  void note(const std::string& text) {
    if (!told_.insert(text).second) return;
    progress_.clear();
    std::cerr << "gramscope: note: " << text << '\n';
  }

 private:
  void print(const char* grade, const std::string& text) {
    progress_.clear();
    std::cerr << "gramscope: " << grade << (run_.empty() ? "" : run_ + ": ") << text << '\n';
  }

  std::string run_;
  Progress& progress_;
  std::set<std::string>& told_;
};

/// How far the work on L_mm is, 0 to 1: told by its thread, which may end after the command that asks.
using Share = std::shared_ptr<std::atomic<double>>;

MaxMarginSolver solve_beside(const Share& share) {
  return [share](std::shared_ptr<const TaskTheory> theory) {
    return solve_max_margin_beside(std::move(theory), [share](double done) { share->store(done); });
  };
}

/// Takes steps until the run or the session ends. Returns how it ended.
RunStatus train(Engine& engine, const Session& session, Progress& progress, const Share& share) {
  Replay replay(session.commands);
  // As many steps at a time as take about 20 ms: the bar moves, and Ctrl+C is answered.
  std::int64_t chunk = 1;
  for (;;) {
    replay.apply_due(engine);
    engine.advance(0);  // a command may have ended the run
    if (engine.state() == Engine::State::diverged) return RunStatus::diverged;
    if (engine.state() == Engine::State::finished) return RunStatus::done;
    if (engine.state() == Engine::State::stopped) return RunStatus::stopped;
    if (InterruptGuard::was_interrupted()) {
      end_run_here(engine);
      return RunStatus::interrupted;
    }
    std::int64_t steps = chunk;
    if (const auto next = replay.next_tick()) steps = std::min(steps, *next - engine.tick());
    if (session.ticks) steps = std::min(steps, *session.ticks - engine.tick());
    if (steps <= 0) {
      end_run_here(engine);
      return RunStatus::stopped;
    }
    if (engine.is_held_back()) {
      wait_a_moment(engine, progress, share->load());
      continue;
    }
    const Stopwatch stopwatch;
    engine.advance(steps);
    const double seconds = stopwatch.seconds();
    if (steps == chunk && seconds < 0.01) chunk *= 2;
    if (seconds > 0.04) chunk = std::max<std::int64_t>(1, chunk / 2);
    progress.update(engine.step(), engine.step() + engine.steps_left());
  }
}

}  // namespace

void end_run_here(Engine& engine) {
  if (engine.step() == 0 || engine.state() != Engine::State::ready) return;
  engine.apply(SetParameter{"run.steps", engine.step()});
  engine.advance(0);
}

RunReport replay_run(const RunPlan& plan, std::set<std::string>& told) {
  const auto& preset = plan.session.preset;
  std::optional<RunOutput> output;
  Progress progress;
  Voice voice(plan.name, progress, told);
  EngineHooks hooks;
  hooks.task_work = task_preparation(progress);
  hooks.listener = [&](const Event& event) {
    voice.tell(event);
    if (const auto* changed = std::get_if<ConfigChanged>(&event))
      for (const auto& note : changed_inputs(plan.session, *changed->task)) voice.note(note);
    // The first event comes when the task is made: a text that cannot be read leaves the last run's files
    // alone.
    if (!output && !plan.out.empty()) output.emplace(plan.out, preset);
    if (output) output->on(event);
  };
  hooks.read_weights = weight_reader();
  hooks.recorded.layers = plan.layers;
  const auto share = std::make_shared<std::atomic<double>>(0.0);
  hooks.solve_max_margin = solve_beside(share);
  Engine engine(preset.config, preset.name, std::move(hooks));
  const Stopwatch stopwatch;
  const auto status = train(engine, plan.session, progress, share);
  const double seconds = stopwatch.seconds();
  progress.clear();
  const bool is_complete = await_max_margin(engine, progress, [&] { return share->load(); });
  if (output) output->finish(engine);

  auto report = make_report(engine, preset, status, engine.tick(), seconds);
  report.is_complete = is_complete;
  if (plan.layers) report.layers = layer_readings(report.last);
  return report;
}

}  // namespace gramscope::app
