#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/gl/heat_map.h"
#include "app/ui/interaction.h"
#include "app/views/gram_layout.h"
#include "app/views/view.h"

namespace gramscope::app {

/// The colour bar of cosines, -1 at the bottom and +1 at the top, with its numbers on the right; `view` for
/// the names of its labels.
void draw_cosine_bar(const Rect& bar, std::string_view view);

/// A square matrix of cosines with labels, separators between the outer groups, outlined cells and a colour
/// bar. The wheel zooms about the mouse, dragging moves the part that is seen, a double click shows the whole
/// again; with the keyboard focus, + and -, the arrows and 0 do the same.
class GramPanel {
 public:
  struct Content {
    const MatrixF& values;
    const GramOrder& order;
    std::string_view view;  ///< key, for the names of items
    std::optional<GramCell> selected;
    std::optional<GramCell> hovered;  ///< in any view
    MatrixZoom& zoom;                 ///< which part is seen: changed by the mouse and the keyboard
    bool is_bare = false;             ///< the matrix alone, at the top left of the body: no labels, no bar
  };
  struct Pointed {
    std::optional<GramCell> cell;  ///< under the mouse: positions in the order; of rows of several, of their first
    bool is_clicked = false;       ///< and not dragged
  };

  Pointed draw(Observatory& observatory, const Rect& body, const Content& content);

  /// Where the last frame's parts stand.
  const GramLayout& layout() const { return layout_; }

 private:
  using Levels = std::vector<std::vector<RowBlock>>;

  /// Under `zoom`, which may be another than the content's.
  GramLayout lay_out(const Rect& body, const Content& content, const MatrixZoom& zoom);
  const Levels& levels_of(const Content& content, const MatrixZoom& zoom);
  void steer(const Rect& body, const Content& content, const Interaction& state);
  void zoom_by_wheel(const Rect& body, const Content& content, float notches);
  void upload_visible(const Content& content, bool is_ordered);
  void draw_matrix(Observatory& observatory, const Content& content, bool is_ordered);
  void draw_labels(const Content& content) const;
  void draw_outlines(const Content& content) const;
  /// Of a matrix whose rows are blocks of contexts or words: the outer groups of their order, and, where single rows can be
  /// told apart, "121–124" for each.
  const Levels& block_levels(const Content& content, Index block, bool has_names);

  GramLayout layout_;
  HeatMap heat_map_;
  std::vector<Index> rows_;  ///< what of the matrix is seen
  std::vector<Index> columns_;
  Levels block_levels_;
  std::vector<Index> leveled_order_;  ///< what block_levels_ are of
  bool has_block_names_ = false;
  bool ignores_click_ = false;  ///< the button that is down ends a double click
};

}  // namespace gramscope::app
