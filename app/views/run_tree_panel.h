#pragma once

#include "app/observatory.h"
#include "app/ui/rect.h"
#include "app/ui/row_list.h"

namespace gramscope::app {

/// The runs of the window as a tree: a click shows one, and each can be shown beside the shown one or removed. Wishes go to
/// observatory.family.
class RunTreePanel {
 public:
  void draw(Observatory& observatory, const Rect& rect);

 private:
  void draw_row(Family& family, const Relative& run, const Rect& row, bool is_hot) const;

  RowList list_;
};

}  // namespace gramscope::app
