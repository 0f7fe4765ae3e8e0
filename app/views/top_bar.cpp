#include "app/views/top_bar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/reading.h"
#include "app/views/recording_controls.h"
#include "app/views/recording_reading.h"

namespace gramscope::app {
namespace {

constexpr float kControlHeight = 27.0f;
constexpr float kGap = 8.0f;

/// What the first button says, and what it does then.
std::string run_label(const RunnerStatus& status) {
  if (status.is_running) return "Pause";
  switch (status.state) {
    case Engine::State::ready:
      return "Run";
    case Engine::State::finished:
    case Engine::State::stopped:
      return "Run on";
    case Engine::State::diverged:
      return "Run again";
  }
  return "Run";
}

std::string run_hint(const RunnerStatus& status) {
  if (status.is_running) return "Holds the run where it is.";
  switch (status.state) {
    case Engine::State::ready:
      return "Trains the model.";
    case Engine::State::finished:
      return "Goes on to twice as many steps.";
    case Engine::State::stopped:
      return "Goes on past the peak.";
    case Engine::State::diverged:
      return "Begins again at step 0.";
  }
  return {};
}

const std::array<Option, 3>& speed_options() {
  static const std::array<Option, 3> options{{
      {"log_time", "Log time",
       "Each doubling of the step count takes the same time: early steps and late ones can both be "
       "followed."},
      {"steps_per_second", "Steps/s", "So many steps every second."},
      {"maximum", "Max", "As fast as this machine computes; recorded steps stay the same."},
  }};
  return options;
}

/// "62" or "62 steps/s": the number at the beginning, if it can be a rate.
std::optional<double> positive_number(const std::string& text) {
  try {
    const double value = std::stod(text);
    if (std::isfinite(value) && value > 0.0) return value;
  } catch (const std::exception&) {
    // Not a number: the field keeps what it had.
  }
  return std::nullopt;
}

/// A reading at the right of the bar. The slot is as wide as the widest it is likely to be, so that nothing
/// shifts while numbers run.
struct Reading {
  std::string name;
  std::string label;
  std::string value;
  std::string widest;
  std::string explanation;
};

float width_of(const Reading& reading) {
  return text_size(fonts().body, reading.label).x + 5.0f * ui_scale() +
         std::max(text_size(fonts().strong, reading.widest).x, text_size(fonts().strong, reading.value).x);
}

/// Readings from the most to the least important.
std::vector<Reading> readings_of(const Observatory& observatory) {
  std::vector<Reading> result;
  const auto& status = observatory.status();
  const bool is_recording = observatory.is_recording();
  result.push_back({"step", "step", format_count(observatory.playhead()), "12,345",
                    is_recording               ? "The step of the snapshot that is shown."
                    : observatory.is_in_past() ? "The recorded step that is shown. The run itself is further on."
                                               : "Steps taken since the last restart."});
  const auto* snapshot = observatory.snapshot();
  const double excess = snapshot != nullptr ? snapshot->metrics.get("loss_excess") : NAN;
  // A recording without W and labels has no loss.
  if (!is_recording || std::isfinite(excess))
    result.push_back({"loss", "loss − floor", format_short(excess), "2.15e−2",
                      "Cross-entropy above the entropy of the data, in nats: what training can still remove."});
  if (status.is_running && !is_recording)
    result.push_back({"rate", "steps/s", format_rate(status.steps_per_second), "12,300",
                      "Steps taken in the last half second, per second."});
  if (observatory.config().contains("run.seed"))
    result.push_back({"seed", "seed", format_count(observatory.config().integer("run.seed")), "0",
                      "Names the random numbers: the same seed gives the same run."});
  return result;
}

std::string phase_meaning(const Observatory& observatory) {
  if (observatory.status().state == Engine::State::diverged)
    return "A step gave no number. The last state before it is shown.";
  if (!has_phases(observatory.task()))
    return "Phases compare the semantic alignment with the symmetric one; with fewer than two latent factors there is "
           "no semantic alignment.";
  if (!has_phases(observatory))
    return observatory.records().size() > 1 ? "Phases compare two alignments, of which the semantic one is not defined here."
                                            : "Phases are told from a course over several snapshots.";
  switch (current_phase(observatory)) {
    case Phase::unformed:
      return "Semantic alignment has not yet exceeded the symmetric one.";
    case Phase::structure:
      return "Semantic alignment is ahead: contexts that share attributes are close.";
    case Phase::collapsing:
      return "Symmetric alignment has overtaken the semantic one.";
    case Phase::collapsed:
      return "The angles between class means are equal within 0.05, and all predictions are right.";
  }
  return {};
}

}  // namespace

void toggle_run(Observatory& observatory) {
  if (observatory.status().state != Engine::State::diverged) return observatory.toggle_running();
  observatory.restart();
  observatory.run();
}

TopBar::TopBar(ExperimentSource source) : source_(std::move(source)) {
  if (!source_.list) return;
  for (auto& preset : source_.list())
    presets_.push_back({std::move(preset.name), std::move(preset.title), std::move(preset.summary)});
}

std::optional<SessionCommand> TopBar::draw(Observatory& observatory, const Rect& rect, bool has_session) {
  command_.reset();
  const float end = draw_controls(observatory, rect, has_session);
  draw_readings(observatory, rect, end + 10.0f * ui_scale());
  return command_;
}

float TopBar::draw_controls(Observatory& observatory, const Rect& rect, bool has_session) {
  const float scale = ui_scale();
  const float height = std::round(kControlHeight * scale);
  const float top = std::round(0.5f * (rect.min.y + rect.max.y - height));
  const float bottom = top + height;
  float x = rect.min.x + 12.0f * scale;
  // The loss at the right is worth more than the name, and so is the menu.
  if (rect.width() >= (has_session ? 1300.0f : 1200.0f) * scale) {
    const auto& font = fonts();
    const float width =
        draw_text(font.title, {x, centred_y(font.title, top, bottom)}, palette().text, "Gramscope");
    report_item("label.title", {x, top}, {x + width, bottom});
    x += width + 16.0f * scale;
  }
  x = draw_picker(observatory, {{x, top}, {rect.max.x, bottom}}, rect.width() >= 1200.0f * scale);
  if (has_session && rect.width() >= 1200.0f * scale) {
    const Rect menu{{x, top}, {x + std::round(session_menu_width()), bottom}};
    command_ = session_menu(observatory, menu);
    x = menu.max.x + kGap * scale;
  }
  const bool is_narrow = rect.width() < 1100.0f * scale;
  if (!observatory.is_recording()) {
    x = draw_run_buttons(observatory, {{x, top}, {rect.max.x, bottom}});
    return draw_speed(observatory, x, top, bottom, is_narrow);
  }
  x = draw_transport(observatory, {{x, top}, {rect.max.x, bottom}});
  if (observatory.has_playhead()) x = draw_speed(observatory, x, top, bottom, is_narrow) + kGap * scale;
  // The phase and the step are worth more than how far reading has come.
  const float readings = badge_width("collapsing") + 130.0f * scale;
  return draw_follow_switch(observatory, {{x, top}, {rect.max.x - readings, bottom}});
}

float TopBar::draw_picker(Observatory& observatory, const Rect& slot, bool is_wide) {
  const float scale = ui_scale();
  int current = -1;
  for (std::size_t i = 0; i < presets_.size(); ++i)
    if (!observatory.is_recording() && presets_[i].key == observatory.preset()) current = static_cast<int>(i);
  // Where the title has no room the name stands in for it: short, and what the command line calls it.
  const float widest = (is_wide ? 220.0f : 150.0f) * scale;
  const float around = 36.0f * scale;
  std::string caption = observatory.preset().empty() ? "Custom" : observatory.preset();
  if (observatory.is_recording()) {
    caption = recording_name(*observatory.status().recording);
    caption = elided_middle(fonts().body, caption, widest - around);
  } else if (current >= 0) {
    const auto& title = presets_[static_cast<std::size_t>(current)].label;
    if (text_size(fonts().body, title).x + around <= widest) caption = title;
  }
  const float picker = std::round(std::clamp(text_size(fonts().body, caption).x + around, 120.0f * scale, widest));
  const Rect rect{slot.min, {slot.min.x + picker, slot.max.y}};
  if (const auto chosen = combo("picker.experiment", rect, presets_, current, caption)) {
    try {
      source_.load(observatory, presets_[static_cast<std::size_t>(*chosen)].key);
    } catch (const std::exception& error) {
      observatory.tell({Message::Level::error, error.what()});
    }
  }
  return rect.max.x + kGap * scale;
}

float TopBar::draw_run_buttons(Observatory& observatory, const Rect& slot) {
  const float scale = ui_scale();
  float x = slot.min.x;
  auto next = [&](float width) {
    const Rect rect{{x, slot.min.y}, {x + std::round(width), slot.max.y}};
    x = rect.max.x + kGap * scale;
    return rect;
  };
  const std::string label = run_label(observatory.status());
  // One width for both words: the bar must not jump when the run is paused.
  const float run_width = std::max(button_width(label), button_width("Pause"));
  if (button("button.run", next(run_width), label, ButtonKind::primary, run_hint(observatory.status()),
             "Space"))
    toggle_run(observatory);
  if (button("button.step", next(button_width("Step")), "Step", ButtonKind::secondary, "Takes a single step.",
             "."))
    observatory.step();
  if (button("button.restart", next(button_width("Restart")), "Restart", ButtonKind::secondary,
             "Back to step 0 with the same initial weights.", "R"))
    observatory.restart();
  if (button("button.new_seed", next(button_width("New seed")), "New seed", ButtonKind::secondary,
             "Back to step 0 with other initial weights.", "N"))
    observatory.new_seed();
  return x;
}

float TopBar::draw_speed(Observatory& observatory, float x, float top, float bottom, bool is_narrow) {
  const float scale = ui_scale();
  const auto& options = speed_options();
  const Rect rect{{x, top}, {x + segmented_width(options), bottom}};
  SetSpeed speed = observatory.speed();
  if (const auto chosen = segmented("speed", rect, options, static_cast<int>(speed.pace))) {
    speed.pace = static_cast<Pace>(*chosen);
    observatory.set_speed(speed);
  }
  x = rect.max.x;
  // Where there is little room, the loss is worth more than how long a doubling takes.
  if (speed.pace == Pace::maximum || (is_narrow && speed.pace == Pace::log_time)) return x;
  const Rect field{{x + 6.0f * scale, top}, {x + 60.0f * scale, bottom}};
  const bool is_log = speed.pace == Pace::log_time;
  const std::string shown =
      is_log ? format_fixed(speed.seconds_per_doubling, 1) + " s" : format_rate(speed.steps_per_second);
  if (const auto text = number_field("speed.rate", field, shown)) {
    if (const auto value = positive_number(*text)) {
      if (is_log)
        speed.seconds_per_doubling = std::clamp(*value, kLeastSecondsPerDoubling, kMostSecondsPerDoubling);
      else
        speed.steps_per_second = std::clamp(*value, 0.1, 1e6);
      observatory.set_speed(speed);
    }
  }
  if (ImGui::IsItemHovered() && !ImGui::IsAnyItemActive())
    show_info_card(is_log ? "Seconds per doubling" : "Steps per second", "Click to type another.");
  return field.max.x;
}

void TopBar::draw_readings(const Observatory& observatory, const Rect& rect, float left) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const bool has_diverged = observatory.status().state == Engine::State::diverged;
  const std::string word = has_diverged ? "diverged" : standing_label(observatory);
  const ImU32 colour = has_diverged ? colours.error : standing_colour(observatory);
  // As wide as the widest phase, for the same reason as the readings.
  const float width = std::max(badge_width("collapsing"), badge_width(word));
  const float height = 23.0f * scale;
  const float top = std::round(0.5f * (rect.min.y + rect.max.y - height));
  const Rect capsule{{rect.max.x - 12.0f * scale - width, top}, {rect.max.x - 12.0f * scale, top + height}};
  badge("badge.phase", capsule, word, colour);
  if (ImGui::IsWindowHovered() && capsule.contains(ImGui::GetIO().MousePos))
    show_info_card("Phase", phase_meaning(observatory));
  float right = capsule.min.x - 14.0f * scale;
  for (const auto& reading : readings_of(observatory)) {
    const float slot = width_of(reading);
    if (right - slot < left) break;
    const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
    const float value_left = right - text_size(fonts().strong, reading.value).x;
    draw_text(fonts().strong, {value_left, y}, colours.text, reading.value);
    draw_text_right(fonts().body, value_left - 5.0f * scale, y, colours.text_muted, reading.label);
    const Rect area{{right - slot, y}, {right, y + fonts().body->FontSize}};
    report_item("reading." + reading.name, area.min, area.max);
    if (ImGui::IsWindowHovered() && area.contains(ImGui::GetIO().MousePos))
      show_info_card(reading.label, reading.explanation);
    right -= slot + 16.0f * scale;
  }
}

}  // namespace gramscope::app
