#pragma once

#include <array>

#include "app/ui/rect.h"

namespace gramscope::app {

/// What the layout must know of the contents: lengths in points of design times the scale, that is pixels.
struct LayoutNeeds {
  float scale = 1.0f;
  float explanation_height = 0.0f;  ///< at the side panel's width
  int factor_count = 0;
  int metric_count = 10;  ///< rows the metric table can fill
  /// Views shown at full size elsewhere leave no gap where they were.
  bool hides_metrics = false;
  bool hides_contrasts = false;
  bool hides_spectrum = false;
  bool hides_timeline = false;
  bool has_run_tree = false;    ///< several runs, to be chosen from beside the timeline
  bool has_two_columns = false; ///< two runs side by side: a strip with what each is above its column
};

/// Where everything stands: rectangles that do not overlap and cover the window. Those for which there is no
/// room are empty, the least important first.
struct Layout {
  Rect top_bar;
  Rect parameters;
  Rect centre;                ///< what the four views share, or one has alone
  std::array<Rect, 4> views;  ///< top left, top right, bottom left, bottom right
  Rect side;
  Rect metrics;
  Rect contrasts;
  Rect spectrum;
  Rect explanation;
  Rect timeline;
  Rect run_tree;
  Rect column_titles;  ///< above the views
  Rect status;
};

/// The side panels' width at a window width, in pixels; fixed but for narrow windows.
float side_panel_width(float window_width, float scale);

/// Any size is allowed, down to 0×0.
Layout compute_layout(ImVec2 size, const LayoutNeeds& needs);

inline bool is_empty(const Rect& rect) { return rect.width() < 1.0f || rect.height() < 1.0f; }

}  // namespace gramscope::app
