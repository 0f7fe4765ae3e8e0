#pragma once

#include <imgui.h>

#include <optional>
#include <vector>

#include "app/ui/rect.h"

namespace gramscope::app {

/// Finds places for labels beside points, so that none overlaps another, a point or what else is in the way.
class LabelPlacer {
 public:
  explicit LabelPlacer(const Rect& bounds) : bounds_(bounds) {}

  /// Nothing is placed here.
  void block(const Rect& rect) { blocked_.push_back(rect); }

  /// The number of places tried around a point: right, left, above, below.
  static constexpr int kPlaces = 4;

  /// A free place for a label of that size beside a point, trying `preferred` first so that labels do not hop
  /// from frame to frame; taken if found. `preferred` becomes the place taken. `own` is the point's own
  /// rectangle.
  std::optional<ImVec2> place(const Rect& own, ImVec2 size, float gap, int& preferred);

 private:
  bool is_free(const Rect& rect) const;

  Rect bounds_;
  std::vector<Rect> blocked_;
};

}  // namespace gramscope::app
