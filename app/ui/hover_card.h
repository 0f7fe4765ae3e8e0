#pragma once

#include <imgui.h>

#include <string>
#include <vector>

namespace gramscope::app {

/// What appears beside the mouse: a title and lines, each a paragraph or a labelled fact.
struct HoverCard {
  struct Line {
    std::string label;  ///< empty: the text takes the whole width
    std::string text;
    ImU32 colour = 0;  ///< 0: ink for facts, muted for paragraphs
  };

  std::string title;
  std::string caption;  ///< beside the title, muted
  std::vector<Line> lines;

  HoverCard& paragraph(std::string text, ImU32 colour = 0);
  /// Does nothing where `text` is empty.
  HoverCard& fact(std::string label, std::string text, ImU32 colour = 0);
};

/// Shows the card at the mouse, inside the window. To be called in the frame in which it is wanted.
void show_hover_card(const HoverCard& card);

/// The same with a title and one paragraph.
void show_hover_card(const std::string& title, const std::string& text);

}  // namespace gramscope::app
