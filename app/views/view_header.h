#pragma once

#include <imgui.h>

#include <initializer_list>
#include <optional>
#include <span>

#include <string>
#include <string_view>
#include <vector>

#include "app/observatory.h"
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

/// While it lives, the title in a view's header is a list of the views that could stand in its place.
class TitleList {
 public:
  /// Reported as `name`, and `name`.<key> for each of the open list.
  TitleList(std::string name, std::span<const Option> views, int current);
  ~TitleList();
  TitleList(const TitleList&) = delete;
  TitleList& operator=(const TitleList&) = delete;

  /// Whether there is one now.
  static bool is_there();
  /// The view chosen in this frame, if any.
  std::optional<int> chosen() const { return chosen_; }

 private:
  friend class ViewHeader;
  std::string name_;
  std::span<const Option> views_;
  int current_;
  std::optional<int> chosen_;
  TitleList* outer_;
};

/// The line at the top of a view: bold title and muted subtitle on the left, pickers on the right, laid out
/// from the right edge inwards. What there is no room for is shortened, then left out.
class ViewHeader {
 public:
  ViewHeader(const Rect& rect, std::string_view view_key);

  /// What is still to come in this header: its title, and the labels of the pickers after the next. Captions of pickers are
  /// given up before the title is shortened. Without it a title of usual length is expected.
  void expect(std::string_view title, std::vector<std::string> later_pickers = {});

  /// "caption: chosen ▾", a list when clicked; just the chosen one where there is little room. Gives the
  /// newly chosen option. Reported as "picker.<view>.<what>".
  std::optional<int> picker(std::string_view what, std::string_view caption, std::span<const Option> options,
                            int current);
  /// A tick box before the pickers so far; true when pressed. Reported as "picker.<view>.<what>".
  bool tick(std::string_view what, std::string_view text, bool is_on);
  /// A muted word that does something when pressed, before the pickers so far. Reported as "picker.<view>.<what>".
  bool action(std::string_view what, std::string_view text, std::string_view hint);
  /// Which layer the view shows: H, or one of the network's; asks for it. Absent for models without layers. Changes
  /// view.layer.
  void layer_picker(Observatory& observatory);
  /// To be called last. Of the subtitles, longest first, the first that fits whole is shown.
  void title(std::string_view title, std::initializer_list<std::string_view> subtitles);

  /// What is left below the header.
  Rect body() const;

 private:
  /// Room for a control of that width; an empty rectangle where the title would suffer.
  Rect take(float width);

  /// Where what is still to come on the left ends, with pickers at their shortest.
  float expected_left() const;

  Rect rect_;
  std::string view_key_;
  float right_;
  float height_;
  float title_width_ = 0.0f;  ///< 0: unknown
  std::vector<std::string> later_pickers_;
};

/// A muted word behind a box that is ticked while on, for choices within a picture. True when pressed.
bool tick_box(const std::string& name, const Rect& rect, std::string_view text, bool is_on);
/// The size a tick box needs for its text.
ImVec2 tick_box_size(std::string_view text);

/// Draws a label and reports it as "label.<view>.<n>".
void draw_label(ImFont* font, ImVec2 pos, ImU32 colour, std::string_view text, std::string_view view, int n);

/// Asks for the chosen layer in the next frame.
void want_layer(Observatory& observatory);
/// The label of the layer picker's option in force; empty for models without layers, which have no such picker.
std::string shown_layer_option(const Observatory& observatory);
/// "H", or the layer that the snapshot shows in its place: "Block 1".
std::string shown_layer(const Snapshot* snapshot);

/// Sentences in the middle of a view that has nothing to draw, broken into as many lines as it takes.
void draw_placeholder(const Rect& rect, std::string_view text, std::string_view view);

}  // namespace gramscope::app
