#include "app/commands/gui.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands/experiment_source.h"
#include "app/commands/interrupt.h"
#include "app/commands/max_margin_wait.h"
#include "app/commands/picture_size.h"
#include "app/commands/preparation.h"
#include "app/commands/run.h"
#include "app/ui/items.h"
#include "app/window.h"
#include "core/io/run_output.h"
#include "core/io/safetensors.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

SetSpeed parse_speed(const std::string& text) {
  SetSpeed speed;
  if (text == "log") return speed;
  if (text == "max") {
    speed.pace = Pace::maximum;
    return speed;
  }
  speed.pace = Pace::steps_per_second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed.steps_per_second);
  if (error != std::errc() || end != text.data() + text.size() || !(speed.steps_per_second > 0.0) ||
      speed.steps_per_second > 1e9)
    throw UsageError(fmt::format(
        "--speed {}: must be log, max or a number of steps per second from above 0 to 1e9", text));
  return speed;
}

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
  void finish(Runner& runner) {
    if (!output_) return;
    Engine engine = runner.stop();
    for (const auto& event : runner.take_events()) on(event);
    engine.set_listener([this](const Event& event) { on(event); });
    end_run_here(engine);
    Progress progress;
    await_max_margin(engine, progress, [&] { return runner.status().max_margin_share.value_or(0.0); });
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

/// What is drawn, a JSON object on a line for every frame that differs from the one before:
/// {"frame": 7, "step": 200, "items": [{"name": "button.run", "rect": [x0, y0, x1, y1], "clip": [...]},
/// ...]}.
class ItemLog {
 public:
  explicit ItemLog(const std::string& path) : path_(path), file_(path) {
    if (!file_) throw RuntimeError(fmt::format("{}: could not be opened for writing", path));
  }
  void add_frame(std::int64_t step) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& item : items().all())
      list.push_back({{"name", item.name},
                      {"rect", {item.min.x, item.min.y, item.max.x, item.max.y}},
                      {"clip", {item.clip_min.x, item.clip_min.y, item.clip_max.x, item.clip_max.y}}});
    ++frame_;
    if (list == last_) return;
    file_ << nlohmann::ordered_json{{"frame", frame_}, {"step", step}, {"items", list}}.dump() << '\n'
          << std::flush;
    if (!file_) throw RuntimeError(fmt::format("{}: could not be written", path_));
    last_ = std::move(list);
  }

 private:
  std::string path_;
  std::ofstream file_;
  nlohmann::ordered_json last_;
  std::int64_t frame_ = 0;
};

bool has_ended(const Observatory& observatory) {
  const auto& status = observatory.status();
  if (status.has_failed) return true;
  if (status.state == Engine::State::ready) return false;
  // The end is also on the screen, for a picture taken of it.
  return observatory.snapshot() != nullptr && observatory.snapshot()->step() == status.step;
}

}  // namespace

void add_gui_options(CLI::App& command, GuiOptions& options) {
  add_experiment_options(command, options.experiment, false);
  command.add_option("--out", options.out, "Writes what `run --out` would write")->option_text("DIR");
  command
      .add_option(
          "--speed", options.speed,
          "log: each doubling of the step count takes the same time (the default); max; or steps per second")
      ->option_text("log|max|N");
  command.add_option("--size", options.size, "Size of the window, 1440x900 if not given")->option_text("WxH");
  command.add_flag("--quit", options.quit, "Closes the window when the run has ended");
  command
      .add_option("--script", options.script,
                  "Drives the window by the commands in a file instead of by hand")
      ->option_text("FILE");
  command
      .add_option("--items", options.items, "Writes the names and places of everything drawn, frame by frame")
      ->option_text("FILE");
}

ExitCode gui_command(const GuiOptions& options) {
  // Somebody watches: a run that diverges goes on slower rather than leaving a dead picture.
  const auto experiment = choose_experiment(options.experiment, "back_off");
  const auto& preset = experiment.session.preset;
  const auto speed = parse_speed(options.speed);
  const auto size = parse_size(options.size);
  print_notes(experiment);
  if (!experiment.session.commands.empty())
    std::cerr
        << "gramscope: note: the window starts from the session's first values; `gramscope run` repeats its "
           "commands\n";

  std::optional<ItemLog> log;
  if (!options.items.empty()) log.emplace(options.items);
  WindowOptions window_options;
  window_options.width = size.width;
  window_options.height = size.height;
  window_options.script = options.script;
  window_options.experiments = experiment_source();
  const InterruptGuard guard;
  // Asked after each frame, when its items are known.
  window_options.should_quit = [&](const Observatory& observatory) {
    if (log) log->add_frame(observatory.status().step);
    return InterruptGuard::was_interrupted() || (options.quit && has_ended(observatory));
  };

  // The text of a task is read before there is a window to be dead meanwhile; the files of a run wait for both.
  Progress progress;
  Writer writer;
  Observatory observatory(
      preset.config, preset.name, false, speed,
      [&](const Event& event) {
        if (const auto* changed = std::get_if<ConfigChanged>(&event))
          for (const auto& note : changed_inputs(experiment.session, *changed->task))
            std::cerr << "gramscope: note: " << note << '\n';
        writer.on(event);
      },
      {weight_reader(), task_preparation(progress)});
  progress.clear();
  std::optional<Window> window;
  try {
    window.emplace(std::move(window_options));
  } catch (const DisplayError& error) {
    throw DisplayError(without_display(error.what(), options.experiment));
  }
  writer.open(options.out, preset);
  observatory.run();
  try {
    window->run(observatory);
  } catch (...) {
    writer.finish(observatory.runner());
    throw;
  }
  const auto status = observatory.status();
  writer.finish(observatory.runner());
  if (status.has_failed) throw RuntimeError(status.failure);
  if (InterruptGuard::was_interrupted()) return ExitCode::interrupted;
  if (writer.has_failed()) return ExitCode::failure;
  return options.quit && status.state == Engine::State::diverged ? ExitCode::diverged : ExitCode::ok;
}

}  // namespace gramscope::app
