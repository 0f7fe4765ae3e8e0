#include "app/views/lost_card.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/ui/floating_window.h"
#include "app/ui/info_card.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

constexpr float kLostRow = 48.0f;
constexpr float kLostHead = 46.0f;
constexpr float kLostFoot = 48.0f;
constexpr std::size_t kMostLostRows = 6;

/// A line, shortened where it has to be, and whole under the mouse then.
void draw_lost_line(ImFont* font, ImVec2 pos, float width, ImU32 colour, const std::string& text, const std::string& name) {
  const std::string shown = elided_middle(font, text, width);
  const float drawn = draw_text(font, pos, colour, shown);
  const Rect area{pos, {pos.x + drawn, pos.y + font->FontSize}};
  report_visible_item(name, area);
  if (shown != text && ImGui::IsWindowHovered() && area.contains(ImGui::GetIO().MousePos)) show_info_card({}, text);
}

/// Gives whether it is to be restored, once one of its buttons was pressed.
std::optional<bool> draw_lost_row(const LostSession& lost, std::size_t index, const Rect& row) {
  const float s = ui_scale();
  const std::string name = "lost." + std::to_string(index);
  const float top = std::round(row.min.y + 10 * s);
  const float bottom = std::round(row.max.y - 10 * s);
  const Rect discard{{row.max.x - button_width("Discard"), top}, {row.max.x, bottom}};
  const Rect restore{{discard.min.x - 8 * s - button_width("Restore"), top}, {discard.min.x - 8 * s, bottom}};
  const float width = restore.min.x - 14 * s - row.min.x;
  draw_lost_line(fonts().strong, {row.min.x, row.min.y + 8 * s}, width, palette().text, lost.title, name + ".title");
  draw_lost_line(fonts().small, {row.min.x, row.min.y + 26 * s}, width, palette().text_muted, lost.details,
                 name + ".details");
  std::optional<bool> is_restored;
  if (button(name + ".restore", restore, "Restore", index == 0 ? ButtonKind::primary : ButtonKind::secondary,
             "Goes on where this session was saved last, in place of what is here."))
    is_restored = true;
  if (button(name + ".discard", discard, "Discard", ButtonKind::secondary, "Deletes what was kept of this session."))
    is_restored = false;
  return is_restored;
}

}  // namespace

std::optional<LostCard::Choice> LostCard::draw(const SessionActions& actions) {
  if (!is_open(actions)) return std::nullopt;
  const float s = ui_scale();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = std::round(std::min(600 * s, screen.x - 48 * s));
  const float room = (screen.y - (kLostHead + kLostFoot + 96) * s) / (kLostRow * s);
  if (width < 240 * s || room < 1.0f) return std::nullopt;
  const std::size_t count =
      std::min({actions.lost.size(), kMostLostRows, static_cast<std::size_t>(room)});
  const float height = std::round((kLostHead + kLostRow * static_cast<float>(count) + kLostFoot) * s);
  const ImVec2 min{std::round((screen.x - width) / 2), std::round((screen.y - height) / 2)};
  const Rect card{min, {min.x + width, min.y + height}};
  const FloatingWindow window("lost sessions", card);
  const float left = card.min.x + 18 * s;
  const float right = card.max.x - 18 * s;
  report_item("card.lost", card.min, card.max);
  draw_text(fonts().title, {left, card.min.y + 16 * s}, palette().text,
            elided(fonts().title, "The last time Gramscope did not end cleanly", right - left));
  std::optional<Choice> choice;
  float y = card.min.y + kLostHead * s;
  for (std::size_t i = 0; i < count; ++i, y += kLostRow * s) {
    ImGui::GetWindowDrawList()->AddRectFilled({left, std::round(y)}, {right, std::round(y) + 1}, palette().line);
    if (const auto is_restored = draw_lost_row(actions.lost[i], i, {{left, y}, {right, y + kLostRow * s}}))
      choice = Choice{actions.lost[i], *is_restored};
  }
  const Rect later{{right - button_width("Later"), card.max.y - 40 * s}, {right, card.max.y - 12 * s}};
  const std::size_t rest = actions.lost.size() - count;
  const std::string note = rest > 0 ? std::to_string(rest) + " more, when these are dealt with" : "The run goes on meanwhile";
  draw_text(fonts().small, {left, centred_y(fonts().small, later.min.y, later.max.y)}, palette().text_dim,
            elided(fonts().small, note, later.min.x - 12 * s - left));
  if (button("lost.later", later, "Later", ButtonKind::secondary, "Closes this card. The next start asks again.", "Esc"))
    close();
  return choice;
}

}  // namespace gramscope::app
