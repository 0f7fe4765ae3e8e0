#include "app/views/save_card.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "app/ui/floating_window.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/text_field.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

constexpr const char* kSavePopup = "save card";

}  // namespace

std::string why_no_file(const std::filesystem::path& path) {
  std::error_code error;
  if (path.empty()) return "A file needs a name.";
  if (!path.has_filename() || std::filesystem::is_directory(path, error)) return "This is a directory: add a file's name.";
  const auto directory = path.parent_path();
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
  if (std::filesystem::exists(directory, error)) return directory.string() + " is a file, not a directory.";
  return "There is no directory " + directory.string() + ".";
}

void SaveCard::open(const std::filesystem::path& suggested, std::filesystem::path own) {
  is_open_ = true;
  takes_keyboard_ = true;
  asks_to_replace_ = false;
  text_ = suggested.string();
  problem_.clear();
  own_ = std::move(own);
  chosen_.reset();
}

void SaveCard::confirm() {
  const std::filesystem::path path = text_;
  takes_keyboard_ = true;  // what is asked now can be answered with a key again
  problem_ = why_no_file(path);
  if (!problem_.empty()) return;
  std::error_code error;
  const bool is_there = std::filesystem::exists(path, error);
  const bool is_own = is_there && !own_.empty() && std::filesystem::equivalent(path, own_, error);
  if (is_there && !is_own && !asks_to_replace_) {
    asks_to_replace_ = true;
    return;
  }
  chosen_ = path;
}

std::optional<std::filesystem::path> SaveCard::draw() {
  const bool was_open = ImGui::IsPopupOpen(kSavePopup);
  if (!is_open_ && !was_open) return std::nullopt;
  if (is_open_ && !was_open) ImGui::OpenPopup(kSavePopup);
  const float s = ui_scale();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::round(std::min(600 * s, screen.x - 40 * s)), std::round(144 * s)};
  const ModalPanel panel(kSavePopup, size);
  if (!panel.is_shown()) return std::nullopt;
  if (is_open_) {
    const ImVec2 min = ImGui::GetWindowPos();
    draw_contents({min, {min.x + size.x, min.y + size.y}});
  }
  if (chosen_) is_open_ = false;
  if (!is_open_) ImGui::CloseCurrentPopup();
  return std::exchange(chosen_, std::nullopt);
}

void SaveCard::draw_contents(const Rect& rect) {
  const float s = ui_scale();
  const auto& colours = palette();
  const float left = rect.min.x + 18 * s;
  const float right = rect.max.x - 18 * s;
  float y = rect.min.y + 14 * s;
  report_item("card.save", rect.min, rect.max);
  draw_text(fonts().title, {left, y}, colours.text, elided(fonts().title, "Save the session as", right - left));
  y = std::round(y + fonts().title->FontSize + 12 * s);
  const auto field =
      text_field("save.path", {{left, y}, {right, std::round(y + 28 * s)}}, text_, std::exchange(takes_keyboard_, false));
  if (field.was_edited) {
    problem_.clear();
    asks_to_replace_ = false;
  }
  const Rect row{{left, rect.max.y - 44 * s}, {right, rect.max.y - 16 * s}};
  const std::string verb = asks_to_replace_ ? "Replace" : "Save";
  const Rect first{{row.max.x - button_width("Replace"), row.min.y}, row.max};
  const Rect second{{first.min.x - 8 * s - button_width("Cancel"), row.min.y}, {first.min.x - 8 * s, row.max.y}};
  const bool is_asked = asks_to_replace_;
  if (button("save.confirm", first, verb, ButtonKind::primary,
             is_asked ? "Writes the session in place of the file that is there." : "Writes the session into this file.",
             "Enter") ||
      field.was_confirmed)
    confirm();
  if (button("save.cancel", second, "Cancel", ButtonKind::secondary, "Writes nothing.", "Esc")) close();
  std::string note = "Enter saves, Esc closes";
  ImU32 colour = colours.text_dim;
  if (asks_to_replace_) {
    note = "Replaces the file that is there. Enter again, or Replace";
    colour = colours.warning;
  }
  if (!problem_.empty()) {
    note = problem_;
    colour = colours.error;
  }
  const float note_y = centred_y(fonts().small, row.min.y, row.max.y);
  const float width = draw_text(fonts().small, {left, note_y}, colour,
                                elided(fonts().small, note, second.min.x - 12 * s - left));
  report_visible_item("save.note", {{left, note_y}, {left + width, note_y + fonts().small->FontSize}});
}

}  // namespace gramscope::app
