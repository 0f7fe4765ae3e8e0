#include "app/commands/gui.h"

#include <fmt/format.h>

#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands/interrupt.h"
#include "app/commands/max_margin_wait.h"
#include "app/commands/preparation.h"
#include "app/commands/recording_source.h"
#include "app/commands/replay_run.h"
#include "app/commands/session_keeper.h"
#include "app/run_tree.h"
#include "app/window.h"
#include "app/workspace.h"
#include "core/io/run_output.h"
#include "core/io/safetensors.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

/// Writes a run's files from the window's events. A write that fails must not take the window down: it is
/// told once, and the program's exit code says so in the end.
class Writer {
 public:
  /// Events before it is opened are written then.
  void open(const std::string& directory, const Preset& preset) {
    if (!directory.empty()) output_.emplace(directory, preset);
    is_open_ = true;
    for (const auto& event : std::exchange(waiting_, {})) on(event);
  }
  void on(const Event& event) {
    if (!is_open_) return waiting_.push_back(event);
    attempt([&] { output_->on(event); });
  }
  /// With the run that is written: the window shows no other meanwhile.
  void finish(Runner* runner) {
    if (!output_ || runner == nullptr) return;
    Engine engine = runner->stop();
    for (const auto& event : runner->take_events()) on(event);
    engine.set_listener([this](const Event& event) { on(event); });
    end_run_here(engine);
    Progress progress;
    await_max_margin(engine, progress, [&] { return runner->status().max_margin_share.value_or(0.0); });
    attempt([&] { output_->finish(engine); });
  }
  bool has_failed() const { return has_failed_; }

 private:
  template <class Action>
  void attempt(const Action& action) {
    if (!output_ || has_failed_) return;
    try {
      action();
    } catch (const RuntimeError& error) {
      has_failed_ = true;
      std::cerr << "gramscope: " << error.what() << "; nothing more of this run is written\n";
    }
  }

  std::optional<RunOutput> output_;
  std::vector<Event> waiting_;
  bool is_open_ = false;
  bool has_failed_ = false;
};

bool has_ended(const Observatory& observatory) {
  if (observatory.is_recording()) return has_measured_all(observatory);
  const auto& status = observatory.status();
  if (status.has_failed) return true;
  if (status.state == Engine::State::ready) return false;
  // The end is also on the screen, for a picture taken of it.
  return observatory.snapshot() != nullptr && observatory.snapshot()->step() == status.step;
}

/// The commands of --twin, each checked after those before it; nothing where it is not given. Throws UsageError.
std::optional<std::vector<ExecutedCommand>> twin_of(const Session& session, const std::vector<std::string>& values) {
  if (values.empty()) return std::nullopt;
  std::vector<ExecutedCommand> commands;
  Config config = session.preset.config;
  for (const auto& text : values) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError(fmt::format("--twin {}: must be KEY=VALUE, as --set", text));
    const std::string key = text.substr(0, equals);
    const Value value = parse_value(find_parameter(applicable_parameters(config), key), text.substr(equals + 1));
    config = with_change(config, key, value, nullptr);
    commands.push_back({0, SetParameter{key, value}});
  }
  return commands;
}

/// From checkpoints, where that is possible; what is wrong with them is a note.
std::vector<RunTree::Restored> stored_runs_or_none(const Session& session, const SetSpeed& speed, std::string* note) {
  try {
    return stored_runs(session, speed, note);
  } catch (const std::exception& error) {
    *note = error.what();
    return {};
  }
}

/// The session's run from its beginning, with other parameters.
RunTree::Restored make_twin(const Session& session, const std::vector<ExecutedCommand>& commands, const SetSpeed& speed) {
  RunnerHooks hooks{.read_weights = weight_reader()};
  hooks.catch_up.commands = commands;
  return {{RunTree::kTrunk, 0, 0, 0},
          std::make_unique<Observatory>(session.preset.config, session.preset.name, false, speed, nullptr, std::move(hooks))};
}

}  // namespace

void add_gui_options(CLI::App& command, GuiOptions& options) {
  add_experiment_options(command, options.experiment, false);
  command.add_option("--out", options.out, "Writes what `run --out` would write")->option_text("DIR");
  command
      .add_option("--history", options.history, "The most memory for the past that can be gone back to, in MiB")
      ->option_text("MIB [512]")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20));
  command
      .add_option("--twin", options.twin,
                  "Shows a second run beside the first, the same but for this parameter; may be repeated")
      ->option_text("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  add_window_settings(command, options.window, "Closes the window when the run has ended");
}

ExitCode gui_command(const GuiOptions& options) {
  // Somebody watches: a run that diverges goes on slower rather than leaving a dead picture.
  const auto experiment = choose_experiment(options.experiment, "back_off");
  const auto& preset = experiment.session.preset;
  const auto speed = parse_speed(options.window.speed);
  print_notes(experiment);
  const auto& session = experiment.session;
  const bool is_restored = session.is_recorded();
  const auto twin = twin_of(session, options.twin);

  ItemLog log(options.window.items);
  const InterruptGuard guard;
  WindowOptions window_of_run = window_options(options.window, log, has_ended);

  // The text of a task is read before there is a window to be dead meanwhile; the files of a run wait for both.
  Progress progress;
  Writer writer;
  std::string checkpoint_note;
  // Files are written of all steps, and other beginnings lead elsewhere.
  const auto& given = options.experiment;
  const bool is_as_saved = options.out.empty() && given.sets.empty() && given.seed.empty() && given.steps.empty();
  auto runs = is_as_saved ? stored_runs_or_none(session, speed, &checkpoint_note) : std::vector<RunTree::Restored>();
  if (!checkpoint_note.empty()) std::cerr << "gramscope: note: " << checkpoint_note << "; the run is repeated\n";
  if (runs.empty()) runs = restored_runs(
      session, speed,
      [&](const Event& event) {
        if (const auto* changed = std::get_if<ConfigChanged>(&event))
          for (const auto& note : changed_inputs(session, *changed->task)) std::cerr << "gramscope: note: " << note << '\n';
        writer.on(event);
      },
      RunnerHooks{.read_weights = weight_reader(), .first_task_work = task_preparation(progress)});
  std::optional<std::size_t> beside = session.twin;
  if (twin) {
    beside = runs.size();
    runs.push_back(make_twin(session, *twin, speed));
  }
  RunTree tree(std::move(runs), session.current, beside, options.history << 20);
  progress.clear();
  std::optional<SessionKeeper> keeper;
  window_of_run.experiments.load = [&keeper, load = window_of_run.experiments.load](Observatory& observatory,
                                                                                    const std::string& name) {
    if (names_a_file(name) && load_session(name).is_recorded()) return keeper->open(name);
    load(observatory, name);
  };
  window_of_run.each_frame = [&keeper, each_frame = window_of_run.each_frame](Observatory& observatory) {
    if (each_frame) each_frame(observatory);
    if (keeper) keeper->update();  // which may put other runs in the place of this one
  };
  std::optional<Window> window;
  try {
    window.emplace(std::move(window_of_run));
  } catch (const DisplayError& error) {
    throw DisplayError(without_display(error.what(), options.experiment));
  }
  writer.open(options.out, preset);
  std::string reason_to_keep;
  if (!options.out.empty())
    reason_to_keep = fmt::format("This window writes its run to {}: nothing else is opened in it. Open another window "
                                 "without --out.",
                                 options.out);
  tree.trunk().keep_source(reason_to_keep);
  keeper.emplace(tree, window->workspace(), session, options.experiment.preset, reason_to_keep);
  auto actions = keeper->actions();
  // Where nobody is there to answer, nothing is asked.
  if (options.window.quit || !options.out.empty()) actions.lost.clear();
  window->workspace().set_session_actions(std::move(actions));
  // What was saved rests where it was.
  if (!is_restored || options.window.quit) tree.shown().run();
  try {
    window->run(tree);
  } catch (...) {
    writer.finish(tree.trunk().runner());
    throw;
  }
  const auto failure = InterruptGuard::was_interrupted() ? std::string() : keeper->finish();
  const auto status = tree.trunk().status();
  const auto shown = tree.shown().status();
  writer.finish(tree.trunk().runner());
  if (status.has_failed || shown.has_failed) throw RuntimeError(status.has_failed ? status.failure : shown.failure);
  if (InterruptGuard::was_interrupted()) return ExitCode::interrupted;
  if (!failure.empty()) throw RuntimeError("the session was not saved: " + failure);
  keeper->end_cleanly();
  if (writer.has_failed()) return ExitCode::failure;
  const bool has_diverged = status.state == Engine::State::diverged || shown.state == Engine::State::diverged;
  return options.window.quit && has_diverged ? ExitCode::diverged : ExitCode::ok;
}

}  // namespace gramscope::app
