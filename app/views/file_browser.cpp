#include "app/views/file_browser.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/ui/floating_window.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

constexpr const char* kPopup = "file browser";
constexpr float kRow = 24.0f;

bool is_pressed(ImGuiKey key) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)); }

std::filesystem::path existing_directory(std::filesystem::path path) {
  std::error_code error;
  while (!path.empty() && !std::filesystem::is_directory(path, error) && path != path.parent_path())
    path = path.parent_path();
  return path;
}

}  // namespace

void FileBrowser::open(std::string title, const std::filesystem::path& current) {
  title_ = std::move(title);
  is_open_ = true;
  chosen_.reset();
  goes_to_.clear();
  std::error_code error;
  std::filesystem::path from = last_directory_.empty() ? std::filesystem::current_path(error) : last_directory_;
  std::string pointed;
  if (!current.empty() && std::filesystem::exists(current, error)) {
    const auto absolute = std::filesystem::absolute(current, error);
    from = absolute.parent_path();
    pointed = absolute.filename().string();
  }
  from = existing_directory(from);
  enter(from.empty() ? "/" : from, pointed);
}

void FileBrowser::enter(const std::filesystem::path& directory, const std::string& pointed) {
  directory_ = directory.lexically_normal();
  if (!directory_.has_filename() && directory_.has_relative_path()) directory_ = directory_.parent_path();
  listing_ = list_directory(directory_);
  filter_.clear();
  refilter();
  for (std::size_t i = 0; i < shown_.size(); ++i)
    if (listing_.entries[shown_[i]].name == pointed) cursor_ = i;
}

void FileBrowser::refilter() {
  shown_ = matching_entries(listing_.entries, filter_);
  cursor_ = 0;
  clicked_row_.reset();
  is_cursor_moved_ = true;
}

void FileBrowser::move(std::ptrdiff_t by) {
  if (shown_.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(shown_.size()) - 1;
  cursor_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(cursor_) + by, 0, last));
  clicked_row_.reset();
  is_cursor_moved_ = true;
}

void FileBrowser::activate(std::size_t row) {
  if (row >= shown_.size()) return;
  const FileEntry& entry = listing_.entries[shown_[row]];
  if (entry.is_directory)
    goes_to_ = directory_ / entry.name;
  else
    chosen_ = directory_ / entry.name;
}

void FileBrowser::take_keys() {
  const auto& io = ImGui::GetIO();
  const std::string before = filter_;
  if (!io.KeyCtrl) {
    for (const ImWchar character : io.InputQueueCharacters) {
      if (character < U' ' || character == 0x7f) continue;
      char bytes[5] = {};
      ImTextCharToUtf8(bytes, character);
      filter_ += bytes;
    }
  }
  if (is_pressed(ImGuiKey_Backspace)) {
    if (filter_.empty()) {
      goes_to_ = directory_.parent_path();
    } else {
      while ((static_cast<unsigned char>(filter_.back()) & 0xc0u) == 0x80u) filter_.pop_back();
      filter_.pop_back();
    }
  }
  if (filter_ != before) refilter();
  constexpr std::ptrdiff_t kPage = 10;
  constexpr std::ptrdiff_t kAll = 1 << 30;
  if (is_pressed(ImGuiKey_DownArrow)) move(1);
  if (is_pressed(ImGuiKey_UpArrow)) move(-1);
  if (is_pressed(ImGuiKey_PageDown)) move(kPage);
  if (is_pressed(ImGuiKey_PageUp)) move(-kPage);
  if (is_pressed(ImGuiKey_Home)) move(-kAll);
  if (is_pressed(ImGuiKey_End)) move(kAll);
  if (is_pressed(ImGuiKey_Enter) || is_pressed(ImGuiKey_KeyPadEnter)) activate(cursor_);
}

std::optional<std::filesystem::path> FileBrowser::draw() {
  const bool was_open = ImGui::IsPopupOpen(kPopup);
  if (!is_open_ && !was_open) return std::nullopt;
  if (is_open_ && !was_open) ImGui::OpenPopup(kPopup);
  const float s = ui_scale();
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(720 * s, screen.x - 40 * s), std::min(540 * s, screen.y - 40 * s)};
  const ModalPanel panel(kPopup, size);
  if (!panel.is_shown()) return std::nullopt;
  if (!is_open_) {
    ImGui::CloseCurrentPopup();
    return std::nullopt;
  }
  take_keys();
  const ImVec2 min = ImGui::GetWindowPos();
  draw_contents({min, {min.x + size.x, min.y + size.y}});
  if (!goes_to_.empty()) {
    const auto from = directory_;
    const auto to = std::exchange(goes_to_, {});
    // Going up, the directory one comes from is pointed at.
    enter(to, from.parent_path() == to ? from.filename().string() : std::string());
  }
  if (!chosen_) return std::nullopt;
  last_directory_ = directory_;
  is_open_ = false;
  ImGui::CloseCurrentPopup();
  return std::exchange(chosen_, std::nullopt);
}

void FileBrowser::draw_contents(const Rect& rect) {
  const float s = ui_scale();
  const float left = rect.min.x + 18 * s;
  const float right = rect.max.x - 18 * s;
  float y = rect.min.y + 14 * s;
  draw_text(fonts().title, {left, y}, palette().text, elided(fonts().title, title_, right - left));
  y += fonts().title->FontSize + 10 * s;
  draw_crumbs({{left, y}, {right, y + 26 * s}});
  y += 30 * s;
  draw_filter({{left, y}, {right, y + 27 * s}});
  y += 33 * s;
  const float buttons = rect.max.y - 46 * s;
  if (buttons > y) draw_list({{left, y}, {right, buttons}});
  draw_buttons({{left, buttons + 8 * s}, {right, buttons + 8 * s + 28 * s}});
}

void FileBrowser::draw_crumbs(const Rect& rect) {
  const float s = ui_scale();
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::path path = directory_; !path.empty(); path = path.parent_path()) {
    paths.insert(paths.begin(), path);
    if (path == path.parent_path()) break;
  }
  const auto label = [&](std::size_t i) {
    const std::string name = paths[i].filename().string();
    return elided_middle(fonts().body, name.empty() ? paths[i].string() : name, 220 * s);
  };
  const auto width = [&](std::size_t i) { return text_size(fonts().body, label(i)).x + 12 * s; };
  const float arrow = text_size(fonts().body, "▸").x + 4 * s;
  // Of a long path the end is shown.
  std::size_t first = paths.size();
  float room = rect.width() - text_size(fonts().body, "…").x - 8 * s;
  while (first > 0 && room - width(first - 1) - arrow >= 0) room -= width(--first) + arrow;
  float x = rect.min.x;
  const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
  if (first > 0) x += draw_text(fonts().body, {x, y}, palette().text_dim, "…") + 6 * s;
  for (std::size_t i = first; i < paths.size(); ++i) {
    const Rect slot{{x, rect.min.y}, {x + width(i), rect.max.y}};
    if (button(fmt::format("browser.crumb.{}", i), slot, label(i), ButtonKind::quiet)) goes_to_ = paths[i];
    x = slot.max.x;
    if (i + 1 < paths.size()) draw_text(fonts().body, {x, y}, palette().text_dim, "▸");
    x += arrow;
  }
}

void FileBrowser::draw_filter(const Rect& rect) {
  const float s = ui_scale();
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(rect.min, rect.max, palette().control, 4 * s);
  list->AddRect(rect.min, rect.max, filter_.empty() ? palette().line : palette().accent, 4 * s);
  report_visible_item("browser.filter", rect);
  const ImVec2 at{rect.min.x + 9 * s, centred_y(fonts().body, rect.min.y, rect.max.y)};
  const std::string count = fmt::format("{} of {}", shown_.size(), listing_.entries.size());
  const float count_width = text_size(fonts().small, count).x;
  draw_text(fonts().small, {rect.max.x - 9 * s - count_width, centred_y(fonts().small, rect.min.y, rect.max.y)},
            palette().text_dim, count);
  if (filter_.empty()) {
    draw_text(fonts().body, at, palette().text_dim, "Type to filter");
    return;
  }
  const std::string shown = elided_start(fonts().body, filter_, rect.width() - count_width - 36 * s);
  const float width = draw_text(fonts().body, at, palette().text, shown);
  list->AddRectFilled({at.x + width + 1, at.y}, {at.x + width + 1 + std::max(1.0f, s), at.y + fonts().body->FontSize},
                      palette().accent);
}

void FileBrowser::draw_list(const Rect& rect) {
  const float s = ui_scale();
  const float row = std::round(kRow * s);
  ImGui::GetWindowDrawList()->AddRectFilled(rect.min, rect.max, palette().background, 4 * s);
  std::string instead = listing_.error;
  if (instead.empty() && shown_.empty())
    instead = listing_.entries.empty() ? "Nothing here that is not hidden." : "Nothing matches.";
  if (!instead.empty()) {
    const float width = rect.width() - 40 * s;
    draw_wrapped(fonts().body, {rect.min.x + 20 * s, rect.min.y + 20 * s}, width, row,
                 listing_.error.empty() ? palette().text_muted : palette().error, instead);
    report_visible_item("browser.instead", rect);
    return;
  }
  ImGui::SetCursorScreenPos(rect.min);
  ImGui::BeginChild("entries", {rect.width(), rect.height()}, false,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true);
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float offset = row * static_cast<float>(cursor_);
  if (std::exchange(is_cursor_moved_, false)) {
    if (offset < ImGui::GetScrollY()) ImGui::SetScrollY(offset);
    if (offset + row > ImGui::GetScrollY() + rect.height()) ImGui::SetScrollY(offset + row - rect.height());
  }
  const auto first = static_cast<std::size_t>(std::max(0.0f, (rect.min.y - origin.y) / row));
  const auto visible = static_cast<std::size_t>(rect.height() / row) + 2;
  for (std::size_t i = first; i < std::min(shown_.size(), first + visible); ++i) {
    const float top = origin.y + row * static_cast<float>(i);
    draw_row({{rect.min.x, top}, {rect.max.x - 12 * s, top + row}}, i);
  }
  ImGui::SetCursorScreenPos(origin);
  ImGui::Dummy({1.0f, row * static_cast<float>(shown_.size())});
  ImGui::PopItemFlag();
  ImGui::EndChild();
}

void FileBrowser::draw_row(const Rect& rect, std::size_t row) {
  const float s = ui_scale();
  const FileEntry& entry = listing_.entries[shown_[row]];
  const auto state = interact("browser.entry." + entry.name, rect);
  if (!state.is_visible) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (row == cursor_ || state.is_hovered)
    list->AddRectFilled(rect.min, rect.max, row == cursor_ ? palette().track : palette().control, 3 * s);
  const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
  const float date_width = text_size(fonts().small, "2024-00-00").x;
  const float size_width = 64 * s;
  const float small_y = centred_y(fonts().small, rect.min.y, rect.max.y);
  const float right = rect.max.x - 8 * s;
  if (entry.modified)
    draw_text_right(fonts().small, right, small_y, palette().text_dim, format_date(*entry.modified));
  if (!entry.is_directory)
    draw_text_right(fonts().small, right - date_width - 16 * s, small_y, palette().text_muted,
                    format_bytes(entry.bytes));
  const float left = rect.min.x + 10 * s;
  if (entry.is_directory) draw_text(fonts().body, {left, y}, palette().text_muted, "▸");
  const float room = right - date_width - size_width - 32 * s - (left + 18 * s);
  draw_text(entry.is_directory ? fonts().strong : fonts().body, {left + 18 * s, y}, palette().text,
            elided_middle(fonts().body, entry.name, room));
  if (!state.was_pressed) return;
  const bool is_second = clicked_row_ == row && ImGui::GetIO().MouseClickedLastCount[ImGuiMouseButton_Left] >= 2;
  cursor_ = row;
  clicked_row_ = row;
  if (entry.is_directory || is_second) activate(row);
}

void FileBrowser::draw_buttons(const Rect& rect) {
  const float s = ui_scale();
  const float open = button_width("Open");
  const float cancel = button_width("Cancel");
  const Rect first{{rect.max.x - open, rect.min.y}, rect.max};
  const Rect second{{first.min.x - 8 * s - cancel, rect.min.y}, {first.min.x - 8 * s, rect.max.y}};
  if (button("browser.open", first, "Open", ButtonKind::primary)) activate(cursor_);
  if (button("browser.cancel", second, "Cancel", ButtonKind::secondary)) is_open_ = false;
  const std::string hint = "↑ ↓ move, Enter opens, Backspace goes up, Esc closes";
  draw_text(fonts().small, {rect.min.x, centred_y(fonts().small, rect.min.y, rect.max.y)}, palette().text_dim,
            elided(fonts().small, hint, second.min.x - 12 * s - rect.min.x));
}

}  // namespace gramscope::app
