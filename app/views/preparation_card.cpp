#include "app/views/preparation_card.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

#include "app/ui/floating_window.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

constexpr double kPatience = 0.2;  ///< seconds: what is quicker would only flicker

}  // namespace

void PreparationCard::draw(Observatory& observatory, const Rect& area) {
  const auto& preparation = observatory.status().preparation;
  if (!observatory.is_waiting()) {
    begun_ = -1.0;
    return;
  }
  if (begun_ < 0.0) begun_ = ImGui::GetTime();
  const float s = ui_scale();
  if (ImGui::GetTime() - begun_ < kPatience || area.width() < 120 * s) return;
  const float width = std::round(std::min(380 * s, area.width() - 24 * s));
  const float left = std::round((area.min.x + area.max.x - width) / 2);
  const Rect card{{left, area.min.y + 12 * s}, {left + width, std::round(area.min.y + 72 * s)}};
  const FloatingWindow window("preparation", card);
  const float cancel = button_width("Cancel");
  const Rect stop{{card.max.x - 14 * s - cancel, card.min.y + 10 * s}, {card.max.x - 14 * s, card.min.y + 36 * s}};
  const float share = static_cast<float>(std::clamp(preparation->share, 0.0, 1.0));
  const std::string percent = format_fixed(100.0 * share, 0) + "%";
  const float y = centred_y(fonts().body, stop.min.y, stop.max.y);
  const float percent_left = stop.min.x - 12 * s - text_size(fonts().body, "100%").x;
  draw_text(fonts().body, {card.min.x + 14 * s, y}, palette().text,
            elided_middle(fonts().body, preparation->what, percent_left - 10 * s - card.min.x - 14 * s));
  draw_text_right(fonts().body, stop.min.x - 12 * s, y, palette().text_muted, percent);
  const Rect track{{card.min.x + 14 * s, card.max.y - 18 * s}, {card.max.x - 14 * s, card.max.y - 13 * s}};
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(track.min, track.max, palette().track, 2.5f * s);
  if (share > 0.0f)
    list->AddRectFilled(track.min, {track.min.x + std::max(5 * s, share * track.width()), track.max.y},
                        palette().accent, 2.5f * s);
  report_visible_item("card.preparation", card);
  if (button("button.preparation.cancel", stop, "Cancel", ButtonKind::secondary, "Goes on with what is shown.",
             "Esc"))
    observatory.cancel_preparation();
}

}  // namespace gramscope::app
