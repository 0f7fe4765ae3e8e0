#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/gl/heat_map.h"
#include "app/views/context_row.h"
#include "app/views/gram_layout.h"

namespace gramscope::app {

/// Below a Gram matrix whose rows are blocks of contexts: the selected context's cosines with every context,
/// in the order of its columns, which they stand below.
class ContextStrip {
 public:
  /// The room it takes at the bottom of a view's body; 0 where that is too low for it.
  static float height(const Rect& body);
  /// The contexts that a pixel of a strip stands for: [begin, end), at least one.
  static GramLayout::Range contexts_at(const GramLayout& matrix, float x, float pixel, Index block,
                                       Index contexts);

  /// At the bottom of the body, below the matrix. Gives the context under the mouse; of several in a pixel
  /// the one with the largest cosine.
  std::optional<Index> draw(Observatory& observatory, const Rect& body, const GramLayout& matrix,
                            std::string_view key);

 private:
  void draw_cells(Observatory& observatory, const Rect& rect, const GramLayout& matrix, Index block);
  void draw_card(const Task& task, const GramLayout::Range& range, Index highest) const;

  ContextRow row_;
  MatrixF values_;  ///< 1×m
  std::uint64_t version_ = 0;
  HeatMap heat_map_;
  std::vector<Index> shown_;
};

}  // namespace gramscope::app
