#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gl/heat_map.h"
#include "app/views/gram_order.h"
#include "app/views/view.h"

namespace gramscope::app {

/// A cell by its positions on the screen: row from the top, column from the left.
struct GramCell {
  Index row = 0;
  Index column = 0;
  friend bool operator==(const GramCell&, const GramCell&) = default;
};

/// Where the parts of a Gram picture go.
struct GramLayout {
  struct Label {
    ImVec2 at;
    const RowBlock* block = nullptr;
    int level = 0;
    std::string text;
  };
  Rect matrix{};
  float cell = 0.0f;  ///< width of a cell, in window coordinates
  bool has_bar = false;
  Rect bar{};
  std::vector<Label> labels;
};

/// The largest square matrix of `rows` cells that fits into `body`, whole pixels per cell where they are
/// large, with as many levels of labels on the left and a colour bar on the right as leave it at least four
/// fifths of that size. Labels that would overlap or be cut off are left out.
GramLayout lay_out_gram(const Rect& body, Index rows, const std::vector<std::vector<RowBlock>>& levels);

/// The colour bar of cosines, -1 at the bottom and +1 at the top, with its numbers on the right; `view` for the names of its
/// labels.
void draw_cosine_bar(const Rect& bar, std::string_view view);
/// The width of the bar with its numbers and the gap before it.
float cosine_bar_room();
/// Its own width.
float cosine_bar_width();

/// The side of the largest matrix of `rows` cells in that space: whole pixels per cell where cells are large enough to be
/// seen one by one.
float gram_side(float available, Index rows);

/// A square matrix of cosines with labels, separators between the outer groups, outlined cells and a colour
/// bar.
class GramPanel {
 public:
  struct Content {
    const MatrixF& values;
    const GramOrder& order;
    std::string_view view;  ///< key, for the names of items
    std::optional<GramCell> selected;
    std::optional<GramCell> hovered;  ///< in any view
    bool is_bare = false;             ///< the matrix alone, at the top left of the body: no labels, no bar
  };
  struct Pointed {
    std::optional<GramCell> cell;  ///< under the mouse
    bool is_clicked = false;
  };

  Pointed draw(Observatory& observatory, const Rect& body, const Content& content);

 private:
  HeatMap heat_map_;
};

}  // namespace gramscope::app
