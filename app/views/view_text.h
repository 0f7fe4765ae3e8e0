#pragma once

#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/views/view.h"

namespace gramscope::app {

/// Width and height of a line of text in a font.
ImVec2 measure(const ImFont* font, std::string_view text);

/// Draws a line of text with its top left corner at `at`, snapped to whole pixels.
void draw_text(const ImFont* font, ImVec2 at, ImU32 colour, std::string_view text);

/// Draws a label and reports it as "label.<view>.<n>".
void draw_label(const ImFont* font, ImVec2 at, ImU32 colour, std::string_view text, std::string_view view,
                int n);

/// The longest beginning of `text` that fits into `width`, with an ellipsis where something is left out.
std::string fitted(const ImFont* font, std::string_view text, float width);

/// A colour at a fraction of its own opacity.
ImU32 faded(ImU32 colour, float opacity);
/// `t` of the way from a to b, channel by channel.
ImU32 blended(ImU32 a, ImU32 b, float t);

/// "+0.38", "−0.04": two decimals, always signed, with a true minus; "none" for NaN.
std::string signed_cosine(double value);
/// "45%", "7.4%", "0.03%".
std::string percentage(double share);

/// One choice of a picker in a view's header.
struct PickerChoice {
  std::string label;
  bool is_chosen = false;
};

/// The line at the top of a view: bold title and muted subtitle on the left, pickers on the right, laid out
/// from the right edge inwards. The subtitle is shortened, then dropped, where there is no room for it.
class ViewHeader {
 public:
  ViewHeader(const Rect& rect, std::string_view view_key);

  /// "prefix: chosen ▾", a menu when clicked. Returns the index chosen this frame, or -1.
  int picker(std::string_view what, std::string_view prefix, const std::vector<PickerChoice>& choices);
  /// A word that is bright while on. Returns true when clicked.
  bool toggle(std::string_view what, std::string_view text, bool is_on);
  /// To be called last.
  void title(std::string_view title, std::string_view subtitle);

  /// What is left below the header.
  Rect body() const;

 private:
  struct Slot {
    ImVec2 at;
    ImVec2 size;
  };
  /// Room for a control of that width, or nothing where the title would suffer.
  bool take(float width, Slot& slot);

  Rect rect_;
  std::string view_key_;
  float right_;
  float height_;
};

/// A card beside the mouse while it lives: background, padding and border from the palette.
class HoverCard {
 public:
  HoverCard();
  ~HoverCard();
  HoverCard(const HoverCard&) = delete;
  HoverCard& operator=(const HoverCard&) = delete;

  void name(std::string_view text);
  /// A muted label and a value behind it, all values aligned; a swatch in `colour` before the value unless 0.
  void value(std::string_view label, std::string_view value, ImU32 colour = 0);
  void note(std::string_view text);
};

/// A sentence in the middle of a view that has nothing to draw.
void draw_placeholder(const Rect& rect, std::string_view text, std::string_view view);

}  // namespace gramscope::app
