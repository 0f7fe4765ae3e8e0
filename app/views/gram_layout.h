#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "app/matrix_zoom.h"
#include "app/ui/rect.h"
#include "app/gram_order.h"

namespace gramscope::app {

/// A cell by its positions: row from the top, column from the left.
struct GramCell {
  Index row = 0;
  Index column = 0;
  friend bool operator==(const GramCell&, const GramCell&) = default;
};

/// Cells from this width on are told apart by a line, times the scale.
inline constexpr float kTellApartFrom = 6.0f;

/// Where the parts of a Gram picture go, and which cells are seen.
struct GramLayout {
  struct Label {
    ImVec2 at;
    const RowBlock* block = nullptr;
    int level = 0;
    std::string text;
  };
  /// Cells from `begin` to before `end`.
  struct Range {
    Index begin = 0;
    Index end = 0;
  };

  Rect matrix{};
  Index rows = 0;
  float cell = 0.0f;          ///< width of a cell, in window coordinates
  double first_row = 0.0;     ///< the row at the top edge, with the part of it that is out of sight
  double first_column = 0.0;  ///< the same at the left edge
  bool has_bar = false;
  Rect bar{};
  std::vector<Label> labels;

  bool is_whole() const {
    return first_row == 0.0 && first_column == 0.0 &&
           cell * (static_cast<float>(rows) - 0.5f) <= matrix.height();
  }
  float x_of(Index column) const {
    return matrix.min.x + cell * static_cast<float>(static_cast<double>(column) - first_column);
  }
  float y_of(Index row) const {
    return matrix.min.y + cell * static_cast<float>(static_cast<double>(row) - first_row);
  }
  Rect rect_of(const GramCell& at) const {
    return {{x_of(at.column), y_of(at.row)}, {x_of(at.column + 1), y_of(at.row + 1)}};
  }
  /// The cell at a point of the picture; outside of it the nearest.
  GramCell cell_at(ImVec2 point) const;
  /// The rows that are seen, in whole or in part.
  Range visible_rows() const;
  Range visible_columns() const;
  /// A point as shares of the whole matrix's side.
  double share_x(float x) const {
    return (first_column + static_cast<double>((x - matrix.min.x) / cell)) / static_cast<double>(rows);
  }
  double share_y(float y) const {
    return (first_row + static_cast<double>((y - matrix.min.y) / cell)) / static_cast<double>(rows);
  }
};

/// The largest square picture of `rows` rows and columns, or of the part of them that is looked at, that fits
/// into `body`, whole pixels per cell where they are large, with as many levels of labels on the left and a
/// colour bar on the right as leave it at least four fifths of that size. Labels that would overlap or be cut
/// off are left out. While zoomed, the picture stays where it is and there is room for the names of single
/// rows, whether or not they can be read yet.
GramLayout lay_out_gram(const Rect& body, Index rows, const std::vector<std::vector<RowBlock>>& levels,
                        const MatrixZoom& zoom = {});

/// The picture alone, at the top left of the body.
GramLayout lay_out_bare_gram(const Rect& body, Index rows, const MatrixZoom& zoom = {});

/// The side of the largest matrix of `rows` cells in that space: whole pixels per cell where cells are large
/// enough to be seen one by one.
float gram_side(float available, Index rows);

/// The width of the colour bar with its numbers and the gap before it.
float cosine_bar_room();
/// Its own width.
float cosine_bar_width();

/// The font of the labels of a level; 0 is the outermost.
ImFont* gram_label_font(int level);

}  // namespace gramscope::app
