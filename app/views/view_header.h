#pragma once

#include <imgui.h>

#include <initializer_list>
#include <optional>
#include <span>

#include <string>
#include <string_view>
#include <vector>

#include "app/ui/rect.h"
#include "app/ui/widgets.h"

namespace gramscope::app {

/// ImGui identifiers of a view, whatever window it is drawn in.
class ViewScope {
 public:
  explicit ViewScope(std::string_view key);
  ~ViewScope();
  ViewScope(const ViewScope&) = delete;
  ViewScope& operator=(const ViewScope&) = delete;
};

/// The line at the top of a view: bold title and muted subtitle on the left, pickers on the right, laid out
/// from the right edge inwards. What there is no room for is shortened, then left out.
class ViewHeader {
 public:
  ViewHeader(const Rect& rect, std::string_view view_key);

  /// "caption: chosen ▾", a list when clicked; just the chosen one where there is little room. Gives the
  /// newly chosen option. Reported as "picker.<view>.<what>".
  std::optional<int> picker(std::string_view what, std::string_view caption, std::span<const Option> options,
                            int current);
  /// To be called last. Of the subtitles, longest first, the first that fits whole is shown.
  void title(std::string_view title, std::initializer_list<std::string_view> subtitles);

  /// What is left below the header.
  Rect body() const;

 private:
  /// Room for a control of that width; an empty rectangle where the title would suffer.
  Rect take(float width);

  Rect rect_;
  std::string view_key_;
  float right_;
  float height_;
};

/// A muted word behind a box that is ticked while on, for choices within a picture. True when pressed.
bool tick_box(const std::string& name, const Rect& rect, std::string_view text, bool is_on);
/// The size a tick box needs for its text.
ImVec2 tick_box_size(std::string_view text);

/// Draws a label and reports it as "label.<view>.<n>".
void draw_label(ImFont* font, ImVec2 pos, ImU32 colour, std::string_view text, std::string_view view, int n);

/// A sentence in the middle of a view that has nothing to draw.
void draw_placeholder(const Rect& rect, std::string_view text, std::string_view view);

}  // namespace gramscope::app
