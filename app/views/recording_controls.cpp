#include "app/views/recording_controls.h"

#include <cmath>

#include "app/ui/info_card.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/recording_reading.h"

namespace gramscope::app {
namespace {

constexpr float kControlGap = 8.0f;
constexpr float kBadgeHeight = 23.0f;

/// A badge whose left edge is at `left`, with a card while the mouse is on it. Gives its right edge.
float explained_badge(const std::string& name, float left, const Rect& slot, const std::string& text, ImU32 colour,
                      const std::string& title, const std::string& explanation) {
  const float height = std::round(kBadgeHeight * ui_scale());
  const float top = std::round(0.5f * (slot.min.y + slot.max.y - height));
  const Rect rect{{left, top}, {left + badge_width(text), top + height}};
  badge(name, rect, text, colour);
  if (ImGui::IsWindowHovered() && rect.contains(ImGui::GetIO().MousePos)) show_info_card(title, explanation);
  return rect.max.x;
}

}  // namespace

float draw_transport(Observatory& observatory, const Rect& slot) {
  if (!observatory.has_playhead()) return slot.min.x;
  const float scale = ui_scale();
  float x = slot.min.x;
  const auto next = [&](float width) {
    const Rect rect{{x, slot.min.y}, {x + std::round(width), slot.max.y}};
    x = rect.max.x + kControlGap * scale;
    return rect;
  };
  const bool is_playing = observatory.status().is_running;
  const float width = std::max(button_width("Play"), button_width("Pause"));
  if (button("button.run", next(width), is_playing ? "Pause" : "Play", ButtonKind::primary,
             is_playing ? "Holds the playhead where it is." : "Moves the playhead through the recorded steps.", "Space"))
    observatory.toggle_running();
  if (button("button.step_back", next(button_width("◂")), "◂", ButtonKind::secondary, "The recorded step before.", ","))
    observatory.step_recorded(-1);
  if (button("button.step", next(button_width("▸")), "▸", ButtonKind::secondary, "The next recorded step.", "."))
    observatory.step_recorded(1);
  return x;
}

float draw_follow_switch(Observatory& observatory, const Rect& slot) {
  const auto& recording = *observatory.status().recording;
  const float scale = ui_scale();
  const float switch_width = std::round(30.0f * scale);
  const float label_width = text_size(fonts().body, "Follow").x;
  float x = slot.min.x + 6.0f * scale;
  if (x + label_width + kControlGap * scale + switch_width > slot.max.x) return slot.min.x;
  const float y = centred_y(fonts().body, slot.min.y, slot.max.y);
  draw_text(fonts().body, {x, y}, palette().text_muted, "Follow");
  const Rect area{{x, slot.min.y}, {x + label_width + kControlGap * scale + switch_width, slot.max.y}};
  if (toggle("toggle.follow", {{area.min.x + label_width, slot.min.y}, area.max}, recording.is_following))
    observatory.set_following(!recording.is_following);
  if (ImGui::IsWindowHovered() && area.contains(ImGui::GetIO().MousePos) && !ImGui::IsAnyItemActive())
    show_info_card("Follow", "Looks for new and changed files, as a running job writes them. Files still being written are "
                             "tried again.");
  x = area.max.x + 12.0f * scale;
  const RecordingStanding standing = recording_standing(observatory);
  if (x + badge_width(standing.text) > slot.max.x) return area.max.x;
  x = explained_badge("badge.recording", x, slot, standing.text, standing.colour, "Recording",
                      "How many snapshots are on the timeline, or which is the newest.");
  const std::string refused = refusal_text(recording);
  if (refused.empty() || x + kControlGap * scale + badge_width(refused) > slot.max.x) return x;
  return explained_badge("badge.refused", x + kControlGap * scale, slot, refused, palette().warning, "Could not be read",
                         recording.problem);
}

}  // namespace gramscope::app
