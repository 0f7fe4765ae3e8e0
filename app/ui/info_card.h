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

/// Where a card goes: at the mouse, or beside what it explains, which then stays readable.
struct CardPlace {
  enum class Side { mouse, right, left };
  Side side = Side::mouse;
  ImVec2 corner{0, 0};  ///< right: the card's top left; left: its top right
};

/// Shows the card, inside the window. To be called in the frame in which it is wanted.
void show_info_card(const InfoCard& card, const CardPlace& place = {});

/// The same with a title and one paragraph.
void show_info_card(const std::string& title, const std::string& text);

}  // namespace gramscope::app
