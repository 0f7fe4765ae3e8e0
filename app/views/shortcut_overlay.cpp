#include "app/views/shortcut_overlay.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "app/ui/items.h"
#include "app/ui/shortcuts.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

constexpr float kHelpRow = 24.0f;
constexpr float kHelpHead = 52.0f;  ///< above the first row
constexpr float kHelpFoot = 20.0f;  ///< below the last
constexpr float kHelpMargin = 24.0f;
constexpr float kHelpGap = 32.0f;  ///< between columns

struct HelpColumn {
  std::span<const ShortcutHelp> lines;
  float keys_width = 0.0f;
  float width = 0.0f;
};

HelpColumn help_column(std::span<const ShortcutHelp> lines) {
  HelpColumn column{lines};
  float meaning = 0.0f;
  for (const auto& line : lines) {
    column.keys_width = std::max(column.keys_width, text_size(fonts().strong, line.keys).x);
    meaning = std::max(meaning, text_size(fonts().body, line.meaning).x);
  }
  column.keys_width += 16.0f * ui_scale();
  column.width = column.keys_width + meaning;
  return column;
}

/// One column, or as many as it takes to stay within `height`.
std::vector<HelpColumn> help_columns(float height) {
  const float s = ui_scale();
  const auto lines = shortcut_help();
  const float room = height - (kHelpHead + kHelpFoot + 8.0f) * s;
  const auto most = static_cast<std::size_t>(std::max(1.0f, std::floor(room / (kHelpRow * s))));
  const std::size_t count = (lines.size() + most - 1) / most;
  const std::size_t rows = (lines.size() + count - 1) / count;
  std::vector<HelpColumn> columns;
  for (std::size_t begin = 0; begin < lines.size(); begin += rows)
    columns.push_back(help_column(lines.subspan(begin, std::min(rows, lines.size() - begin))));
  return columns;
}

}  // namespace

void draw_shortcut_overlay() {
  const auto& colours = palette();
  const float s = ui_scale();
  auto& canvas = *ImGui::GetForegroundDrawList();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  canvas.AddRectFilled({0, 0}, size, with_opacity(colours.background, 0.72f));
  const auto columns = help_columns(size.y);
  float width = 2.0f * kHelpMargin * s - kHelpGap * s;
  for (const auto& column : columns) width += column.width + kHelpGap * s;
  const float height = (kHelpHead + kHelpFoot + kHelpRow * static_cast<float>(columns.front().lines.size())) * s;
  const ImVec2 min{std::round(0.5f * (size.x - width)), std::round(0.5f * (size.y - height))};
  const ImVec2 max{min.x + width, min.y + height};
  canvas.AddRectFilled(min, max, colours.panel, 8.0f * s);
  canvas.AddRect(min, max, colours.line, 8.0f * s);
  const auto write = [&](ImFont* font, ImVec2 pos, ImU32 colour, const std::string& text) {
    canvas.AddText(font, font->FontSize, {std::round(pos.x), std::round(pos.y)}, colour, text.c_str());
  };
  float x = min.x + kHelpMargin * s;
  write(fonts().title, {x, min.y + 18.0f * s}, colours.text, "Keys and gestures");
  for (const auto& column : columns) {
    float y = min.y + kHelpHead * s;
    for (const auto& line : column.lines) {
      write(fonts().strong, {x, y}, colours.accent, symbol_text(line.keys));
      write(fonts().body, {x + column.keys_width, y}, colours.text, symbol_text(line.meaning));
      y += kHelpRow * s;
    }
    x += column.width + kHelpGap * s;
  }
  items().add("overlay.shortcuts", min, max, {0, 0}, size);
}

}  // namespace gramscope::app
