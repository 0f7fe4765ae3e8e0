#include "app/views/status_bar.h"

#include <array>
#include <span>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/recording_reading.h"

namespace gramscope::app {
namespace {

constexpr double kMessageSeconds = 8.0;

struct Hint {
  const char* key;
  const char* meaning;
};
// Least important last: they go first where there is no room.
constexpr std::array<Hint, 6> kRunHints{{{"?", "all keys"},
                                      {"Space", "run/pause"},
                                      {"F", "full view"},
                                      {".", "step"},
                                      {"R", "restart"},
                                      {"N", "new seed"}}};
constexpr std::array<Hint, 5> kPastHints{{{"?", "all keys"},
                                         {"End", "live"},
                                         {"Space", "play/pause the past"},
                                         {"← →", "recorded steps"},
                                         {"F", "full view"}}};
constexpr std::array<Hint, 2> kSnapshotHints{{{"?", "all keys"}, {"F", "full view"}}};
constexpr std::array<Hint, 5> kRecordingHints{{{"?", "all keys"},
                                               {"Space", "play/pause"},
                                               {"← →", "recorded steps"},
                                               {"F", "full view"},
                                               {"Home End", "first, newest"}}};

ImU32 colour_of(Message::Level level) {
  switch (level) {
    case Message::Level::info:
      return palette().text;
    case Message::Level::warning:
      return palette().warning;
    case Message::Level::error:
      return palette().error;
  }
  return palette().text;
}

/// The keys that do something now.
std::span<const Hint> hints_for(const Observatory& observatory) {
  if (observatory.is_in_past()) return kPastHints;
  if (!observatory.is_recording()) return kRunHints;
  if (!observatory.has_playhead()) return kSnapshotHints;
  return kRecordingHints;
}

/// Draws the hints from the right end inward, as many as leave `keep` free, and returns where they begin.
float draw_hints(const Rect& rect, float keep, std::span<const Hint> hints) {
  const float scale = ui_scale();
  float right = rect.max.x - 12.0f * scale;
  for (const auto& hint : hints) {
    const float key = text_size(fonts().small, hint.key).x;
    const float meaning = text_size(fonts().small, hint.meaning).x;
    const float left = right - key - meaning - 5.0f * scale;
    if (left < keep) break;
    const float y = centred_y(fonts().small, rect.min.y, rect.max.y);
    draw_text(fonts().small, {left, y}, palette().text, hint.key);
    draw_text(fonts().small, {left + key + 5.0f * scale, y}, palette().text_muted, hint.meaning);
    report_item(std::string("hint.") + hint.meaning, {left, y}, {right, y + fonts().small->FontSize});
    right = left - 18.0f * scale;
  }
  return right;
}

/// How far the work on L_mm is, beside what the run does.
void draw_max_margin_share(const Rect& rect, float left, double share) {
  std::string text = "L_mm ";
  text.append(format_fixed(100.0 * share, 0)).append(" %");
  const float y = centred_y(fonts().small, rect.min.y, rect.max.y);
  const float right = left + draw_text(fonts().small, {left, y}, palette().text_muted, text);
  report_item("status.max_margin", {left, y}, {right, y + fonts().small->FontSize});
  const Rect area{{left, rect.min.y}, {right, rect.max.y}};
  if (ImGui::IsWindowHovered() && area.contains(ImGui::GetIO().MousePos))
    show_info_card("Max-margin logits",
                   "L_mm is being solved for beside the run: what the logits tend to as the ridge vanishes. Recorded steps "
                   "are compared with it when it is there, those up to now as well. Max-margin theory = Never "
                   "(run.max_margin) stops it.");
}

/// "The past, step 200. The run goes on, at step 12,000"
std::string describe_past(const Observatory& observatory) {
  const auto& status = observatory.status();
  std::string text = observatory.is_playing() ? "Playing the past, step " : "The past, step ";
  text += format_count(observatory.playhead());
  text += status.is_running ? ". The run goes on, at step " : ". The run rests at step ";
  return text + format_count(status.step);
}

}  // namespace

std::string describe_pace(const RunnerStatus& status, const SetSpeed& speed) {
  if (status.has_failed) return status.failure;
  const std::string step = format_count(status.step);
  if (status.state == Engine::State::finished)
    return "Finished at step " + step + ". Space runs on, R restarts";
  if (status.state == Engine::State::stopped)
    return "Stopped at the peak, step " + step + ". Space runs on, R restarts";
  if (status.state == Engine::State::diverged)
    return "Diverged after step " + step + ". Lower the learning rate, or R";
  if (!status.is_running) return "Paused at step " + step;
  std::string text = "Running";
  if (status.available_steps_per_second > 0.0)
    text += ": " + format_rate(status.available_steps_per_second) + " steps/s available";
  switch (speed.pace) {
    case Pace::log_time:
      return text + ", paced in log time: every doubling takes " +
             format_fixed(speed.seconds_per_doubling, 1) + " s";
    case Pace::steps_per_second:
      return text + ", paced at " + format_rate(speed.steps_per_second) + " steps/s";
    case Pace::maximum:
      return text + ", as fast as it goes";
  }
  return text;
}

void draw_status_bar(const Observatory& observatory, const Rect& rect) {
  const float scale = ui_scale();
  const bool has_message = observatory.message() != nullptr && observatory.message_age() < kMessageSeconds;
  const std::string text =
      has_message                  ? observatory.message()->text
      : observatory.is_in_past()   ? describe_past(observatory)
      : observatory.is_recording() ? describe_recording(observatory)
                                   : describe_pace(observatory.status(), observatory.speed());
  ImU32 colour = palette().text_muted;
  if (has_message) colour = colour_of(observatory.message()->level);
  if (observatory.status().has_failed) colour = palette().error;
  const float left = rect.min.x + 12.0f * scale;
  const auto share = observatory.status().max_margin_share;
  const float gap = 18.0f * scale;
  const float share_room = share ? text_size(fonts().small, "L_mm 100 %").x + gap : 0.0f;
  // The message matters more than the hints, except the one that leads to all the others.
  const float wanted = left + text_size(fonts().small, text).x + share_room + 24.0f * scale;
  const auto hints = hints_for(observatory);
  const float hint_width = 70.0f * scale;
  const float end = draw_hints(rect, std::min(wanted, rect.max.x - hint_width), hints);
  const std::string shown = elided(fonts().small, text, end - left - share_room);
  const float y = centred_y(fonts().small, rect.min.y, rect.max.y);
  const float width = draw_text(fonts().small, {left, y}, colour, shown);
  report_item("status.text", {left, y}, {left + width, y + fonts().small->FontSize});
  if (share) draw_max_margin_share(rect, left + width + gap, *share);
  const Rect area{{left, rect.min.y}, {left + width, rect.max.y}};
  if (shown != text && ImGui::IsWindowHovered() && area.contains(ImGui::GetIO().MousePos))
    show_info_card({}, text);
}

}  // namespace gramscope::app
