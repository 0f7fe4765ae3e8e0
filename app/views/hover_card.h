#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

namespace gramscope::app {

/// A card beside the mouse while it lives: names in bold, then facts with their values in one column.
class HoverCard {
 public:
  HoverCard();
  ~HoverCard();
  HoverCard(const HoverCard&) = delete;
  HoverCard& operator=(const HoverCard&) = delete;

  void name(std::string_view text);
  /// A muted label and a value behind it; a swatch in `colour` before the value unless 0.
  void fact(std::string_view label, std::string_view value, ImU32 colour = 0);
  /// A muted heading for the facts that follow.
  void heading(std::string_view text);
};

/// "+0.38", "−0.04": two decimals, always signed; "none" for NaN.
std::string signed_cosine(double value);
/// "45%", "7.4%", "0.03%".
std::string percentage(double share);

}  // namespace gramscope::app
