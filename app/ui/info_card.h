#pragma once

#include <imgui.h>

#include <string>
#include <vector>

namespace gramscope::app {

/// What appears beside the mouse: a title and lines, each a paragraph or a labelled fact.
struct InfoCard {
  struct Line {
    std::string label;  ///< empty: the text takes the whole width
    std::string text;
    ImU32 colour = 0;  ///< 0: ink for facts, muted for paragraphs
  };

  std::string title;
  std::string caption;  ///< beside the title, muted
  std::vector<Line> lines;

  InfoCard& paragraph(std::string text, ImU32 colour = 0);
  /// Does nothing where `text` is empty.
  InfoCard& fact(std::string label, std::string text, ImU32 colour = 0);
};

/// Shows the card at the mouse, inside the window. To be called in the frame in which it is wanted.
void show_info_card(const InfoCard& card);

/// The same with a title and one paragraph.
void show_info_card(const std::string& title, const std::string& text);

}  // namespace gramscope::app
