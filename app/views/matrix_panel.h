#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/gl/heat_map.h"
#include "app/observatory.h"
#include "app/ui/rect.h"
#include "app/gram_order.h"

namespace gramscope::app {

/// The width and height of a cell on the screen.
struct CellSize {
  float width = 0.0f;
  float height = 0.0f;
  float area() const { return width * height; }
};

/// The cells of a matrix that fill a room of `width` by `height`: whole pixels where they are seen one by one, and then at
/// most twice as long as they are wide, or as wide as they are long.
CellSize fitting_cells(float width, float height, Index rows, Index columns);

/// Places for `count` pictures beside and below each other in `body`, `gap` apart, read line by line.
struct PanelGrid {
  int columns = 1;
  int lines = 1;
  float gap = 0.0f;
  Rect body{};

  Rect place(int number) const;
};

/// The arrangement of `count` matrices in which the shorter side of cells is longest, each below `caption` of room, in the middle of `body`.
/// Of equals, the one with fewer lines.
PanelGrid arrange_matrices(const Rect& body, int count, Index rows, Index columns, float caption, float gap);

/// A limit of colours that does not flicker: 1, 2 or 5 times a power of ten, at least the largest absolute entry. It rises
/// at once, and falls when the next lower one would do with a fifth to spare.
class SteadyLimit {
 public:
  /// The limit after `largest` >= 0; 1 while there has been nothing but 0.
  float follow(float largest);

 private:
  double limit_ = 0.0;
};

/// A matrix over words (rows) and contexts (columns) as a heat map, with its name and its colours above.
class MatrixPanel {
 public:
  struct Content {
    const MatrixF* values = nullptr;  ///< nullptr: an empty frame, for the reason
    std::string_view name;            ///< "L_mm"
    std::string_view meaning;         ///< behind the name where there is room
    float limit = 1.0f;               ///< colours run from -limit, or 0, to limit
    bool is_signed = true;
    const GramOrder& rows;
    const GramOrder& columns;
    std::string_view view;            ///< key, for the names of items
    int number = 0;                   ///< of the panel within its view
    std::optional<Index> row;         ///< pointed at in any panel, positions on the screen
    std::optional<Index> column;
    std::optional<Index> selected_column;
  };
  /// Where the mouse is, as positions on the screen.
  struct Pointed {
    Index row = 0;
    Index column = 0;
    bool is_clicked = false;
  };

  /// The height of the line above a matrix.
  static float caption_height();
  /// Where the matrix goes, below its caption.
  static Rect matrix_rect(const Rect& place, Index rows, Index columns);

  std::optional<Pointed> draw(Observatory& observatory, const Rect& place, const Content& content);

 private:
  HeatMap heat_map_;
};

/// The names of the rows to the left of a matrix, right-aligned before `right`, where cells are high enough for them.
/// Gives the number of labels drawn, counted from `first_label`.
int draw_row_names(const Rect& matrix, const GramOrder& rows, float width, std::string_view view, int first_label,
                   std::optional<Index> pointed);
/// The width those names need, at most `most`; 0 where cells are too low for them.
float row_names_width(float cell_height, const GramOrder& rows, float most);

}  // namespace gramscope::app
