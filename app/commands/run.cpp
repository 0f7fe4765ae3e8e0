#include "app/commands/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <optional>

#include "app/commands/interrupt.h"
#include "app/commands/max_margin_wait.h"
#include "app/commands/preparation.h"
#include "app/commands/progress.h"
#include "app/commands/run_report.h"
#include "app/commands/stopwatch.h"
#include "core/io/run_output.h"
#include "core/io/safetensors.h"

namespace gramscope::app {

namespace {

/// Prints what the engine has to say on stderr, clear of the progress bar.
void tell(const Event& event, Progress& progress) {
  const auto print = [&](const char* grade, const std::string& text) {
    progress.clear();
    std::cerr << "gramscope: " << grade << text << '\n';
  };
  if (const auto* message = std::get_if<Message>(&event))
    print(message->level == Message::Level::info ? "" : "warning: ", message->text);
  else if (const auto* diverged = std::get_if<Diverged>(&event))
    print("", diverged->text);
  else if (const auto* finished = std::get_if<Finished>(&event); finished != nullptr && finished->went_back)
    print("", finished->text);
}

void print_note(const std::string& note, Progress& progress) {
  progress.clear();
  std::cerr << "gramscope: note: " << note << '\n';
}

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

ExitCode exit_code(RunStatus status) {
  switch (status) {
    case RunStatus::diverged:
      return ExitCode::diverged;
    case RunStatus::interrupted:
      return ExitCode::interrupted;
    case RunStatus::done:
    case RunStatus::stopped:
      return ExitCode::ok;
  }
  return ExitCode::failure;
}

}  // namespace

void end_run_here(Engine& engine) {
  if (engine.step() == 0 || engine.state() != Engine::State::ready) return;
  engine.apply(SetParameter{"run.steps", engine.step()});
  engine.advance(0);
}

void add_run_options(CLI::App& command, RunOptions& options) {
  add_experiment_options(command, options.experiment, true);
  command
      .add_option(
          "--out", options.out,
          "Writes metrics.csv, snapshots/*.npz, weights.safetensors and session.toml into this directory, in place "
          "of those of a run before")
      ->option_text("DIR");
  command.add_flag("--layers", options.layers,
                   "Looks into every layer of a network: hidden states in the snapshots, their geometry in the report");
  command.add_flag("--json", options.json, "Prints the report as one JSON object");
}

ExitCode run_command(const RunOptions& options) {
  const auto experiment = choose_experiment(options.experiment);
  print_notes(experiment);
  const auto& preset = experiment.session.preset;

  const InterruptGuard guard;
  std::optional<RunOutput> output;
  Progress progress;
  EngineHooks hooks;
  hooks.task_work = task_preparation(progress);
  hooks.listener = [&](const Event& event) {
    tell(event, progress);
    if (const auto* changed = std::get_if<ConfigChanged>(&event))
      for (const auto& note : changed_inputs(experiment.session, *changed->task)) print_note(note, progress);
    // The first event comes when the task is made: a text that cannot be read leaves the last run's files alone.
    if (!output && !options.out.empty()) output.emplace(options.out, preset);
    if (output) output->on(event);
  };
  hooks.read_weights = weight_reader();
  hooks.recorded.layers = options.layers;
  const auto share = std::make_shared<std::atomic<double>>(0.0);
  hooks.solve_max_margin = solve_beside(share);
  Engine engine(preset.config, preset.name, std::move(hooks));
  const Stopwatch stopwatch;
  const auto status = train(engine, experiment.session, progress, share);
  const double seconds = stopwatch.seconds();
  progress.clear();
  const bool is_complete = await_max_margin(engine, progress, [&] { return share->load(); });
  if (output) output->finish(engine);

  auto report = make_report(engine, preset, status, engine.tick(), seconds);
  if (options.layers) report.layers = layer_readings(report.last);
  if (options.json)
    std::cout << report_json(report).dump() << '\n';
  else
    std::cout << report_text(report);
  return is_complete ? exit_code(status) : ExitCode::interrupted;
}

}  // namespace gramscope::app
