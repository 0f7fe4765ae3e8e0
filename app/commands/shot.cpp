#include "app/commands/shot.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "app/commands/experiment_source.h"
#include "app/commands/interrupt.h"
#include "app/commands/picture_size.h"
#include "app/commands/preparation.h"
#include "app/commands/recording_source.h"
#include "app/view_picture.h"
#include "app/views/view.h"
#include "app/window.h"
#include "core/io/recording.h"
#include "core/io/safetensors.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

/// Frames after which controls, labels and the scale of the projection have settled.
constexpr int kSettlingFrames = 240;

void require_view(const std::string& key) {
  if (key.empty() || find_view_entry(key) != nullptr) return;
  std::vector<std::string> names;
  for (const auto& entry : view_entries()) names.push_back(entry.key);
  throw UsageError(
      fmt::format("--view: unknown \"{}\"; nearest: {}", key, fmt::join(nearest_names(key, names), ", ")));
}

/// Whether the logits, cosines and tables that the views of the last frame asked for are there: they come a snapshot later.
bool holds(const Snapshot& snapshot, const FrameWanted& wanted) {
  const Index cells = snapshot.task().words * snapshot.task().contexts;
  return (!wanted.logits || snapshot.logits.size() > 0 || cells > kMostLogitCells) &&
         (!wanted.plain_grams || snapshot.plain_gram_h.size() > 0) &&
         (!wanted.histogram || (snapshot.histogram != nullptr && snapshot.histogram->wanted == *wanted.histogram)) &&
         (!wanted.classes || snapshot.classes != nullptr);
}

/// Calls `frame` as a window would until `is_there` and the snapshot of that step holds what its views ask for. Returns
/// early if interrupted.
template <class Frame, class IsThere>
void wait_for_picture(Observatory& observatory, const Frame& frame, const IsThere& is_there) {
  for (;;) {
    frame();
    if (InterruptGuard::was_interrupted()) return;
    if (observatory.status().has_failed) throw RuntimeError(observatory.status().failure);
    const auto* snapshot = observatory.snapshot();
    if (is_there() && snapshot != nullptr && snapshot->step() == observatory.playhead() &&
        holds(*snapshot, observatory.view.wanted))
      return;
    // Nobody sees these frames: the processor belongs to the run.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// Trains to the step of the picture and takes in the last snapshot, with all that its views ask for, and L_mm where it is
/// solved for, calling `frame` as a window would. Stops early if interrupted.
template <class Frame>
void finish_run(Observatory& observatory, std::int64_t steps, const Frame& frame) {
  observatory.step(steps);
  wait_for_picture(observatory, frame, [&] {
    const auto& status = observatory.status();
    return (status.step >= steps || status.state != Engine::State::ready) && !status.max_margin_share.has_value();
  });
}

/// Shows the recorded step nearest to `step`, the newest where none is given, once all of them are on the timeline.
template <class Frame>
void show_recorded(Observatory& observatory, std::optional<std::int64_t> step, const Frame& frame) {
  wait_for_picture(observatory, frame, [&] { return has_measured_all(observatory); });
  if (step)
    observatory.seek(*step);
  else
    observatory.go_live();
  wait_for_picture(observatory, frame, [&] { return step.has_value() || observatory.is_at_newest(); });
}

/// Draws frames until nothing changes any more, which takes as long as the fit of the NTP-UFM where a view wants it.
template <class Frame>
void settle(const Observatory& observatory, const Frame& frame) {
  for (int i = 0; i < kSettlingFrames && !InterruptGuard::was_interrupted(); ++i) {
    frame();
    if (const auto& fit = observatory.ntp_ufm(); fit != nullptr && !fit->is_final()) i = 0;
  }
}

/// run.steps without the user's --steps.
std::int64_t whole_length(ExperimentOptions options) {
  options.steps.clear();
  return choose_experiment(options).session.preset.config.integer("run.steps");
}

/// The window or one view of it, once `advance`, which is given what draws a frame, has come to what is to be shown.
template <class Advance>
Image picture_of(Observatory& observatory, const std::string& key, const PictureSize& size, const Advance& advance) {
  const auto take = [&](auto& stage) {
    const std::function<void()> frame = [&] { stage.draw_frame(observatory); };
    advance(frame);
    settle(observatory, frame);
  };
  if (!key.empty()) {
    ViewPicture picture(key, size.width, size.height);
    take(picture);
    return picture.image();
  }
  WindowOptions options;
  options.width = size.width;
  options.height = size.height;
  options.is_hidden = true;
  options.experiments = experiment_source();
  Window window(std::move(options));
  take(window);
  return window.picture();
}

/// The step of a recording's picture; empty: the newest. What only a run has is refused.
std::optional<std::int64_t> recorded_step(const ExperimentOptions& options) {
  if (!options.sets.empty() || !options.seed.empty())
    throw UsageError(options.preset + ": is a recording; --set and --seed are for runs");
  if (options.steps.empty()) return std::nullopt;
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(options.steps.data(), options.steps.data() + options.steps.size(), step);
  if (error != std::errc() || end != options.steps.data() + options.steps.size() || step < 0)
    throw UsageError(fmt::format("--steps {}: must be a step, 0 or more", options.steps));
  return step;
}

ExitCode shot_of_recording(const ShotOptions& options, const PictureSize& size) {
  const auto step = recorded_step(options.experiment);
  const InterruptGuard guard;
  Progress progress;
  std::unique_ptr<RunSource> source = std::make_unique<Recording>(options.experiment.preset);
  await_first_snapshot(*source, progress);
  Observatory observatory(std::move(source), SetSpeed{});
  const Image picture = picture_of(observatory, options.view, size,
                                   [&](const auto& frame) { show_recorded(observatory, step, frame); });
  if (InterruptGuard::was_interrupted()) return ExitCode::interrupted;
  write_png(options.out, picture);
  return ExitCode::ok;
}

}  // namespace

void add_shot_options(CLI::App& command, ShotOptions& options) {
  add_experiment_options(command, options.experiment, true);
  command.add_option("--out", options.out, "The picture to write")->option_text("FILE.png")->required();
  command.add_option("--size", options.size, "Size of the picture, 1440x900 if not given")
      ->option_text("WxH");
  command.add_option("--view", options.view, "One view instead of the window (gramscope list views)")
      ->option_text("KEY");
}

ExitCode shot_command(const ShotOptions& options) {
  require_view(options.view);
  const auto size = parse_size(options.size);
  if (names_snapshots(options.experiment.preset)) return shot_of_recording(options, size);
  const auto experiment = choose_experiment(options.experiment);
  const auto& preset = experiment.session.preset;
  print_notes(experiment);
  const InterruptGuard guard;
  SetSpeed speed;
  speed.pace = Pace::maximum;
  // --steps says when the picture is taken; the run it is taken of is the preset's, so its timeline shows what is
  // still to come.
  const auto steps = preset.config.integer("run.steps");
  Config config = preset.config;
  if (const auto whole = whole_length(options.experiment); whole > steps) config.set("run.steps", Value{whole});
  Progress progress;
  Observatory observatory(config, preset.name, false, speed, {}, {weight_reader(), task_preparation(progress)});
  progress.clear();
  Image picture;
  try {
    picture = picture_of(observatory, options.view, size,
                         [&](const auto& frame) { finish_run(observatory, steps, frame); });
  } catch (const DisplayError& error) {
    throw DisplayError(without_display(error.what(), options.experiment));
  }
  if (InterruptGuard::was_interrupted()) return ExitCode::interrupted;
  write_png(options.out, picture);
  if (observatory.status().state != Engine::State::diverged) return ExitCode::ok;
  std::cerr << "gramscope: "
            << (observatory.message() != nullptr ? observatory.message()->text : "the run diverged") << '\n';
  return ExitCode::diverged;
}

}  // namespace gramscope::app
