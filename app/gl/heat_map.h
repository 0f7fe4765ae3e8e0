#pragma once

#include <imgui.h>

#include <cstdint>
#include <span>
#include <vector>

#include "app/gl/canvas.h"
#include "app/gl/objects.h"
#include "app/gl/shader_program.h"
#include "core/linalg/types.h"

namespace gramscope::app {

/// Numbers of rows and columns, of cells or of pixels.
struct GridSize {
  int rows = 0;
  int columns = 0;
  friend bool operator==(const GridSize&, const GridSize&) = default;
};

/// A matrix as coloured cells: one texture, one draw call, colour limits that the caller fixes.
class HeatMap {
 public:
  /// What is to be shown: entry (i, j) of the picture is values(rows[i], columns[j]); an order may leave rows out, and an
  /// empty one is the matrix's own. A side with more cells than `pixels` is averaged down to that many. Nothing is done where data, orders and
  /// size are those of the last call. NaN is shown as "undefined".
  void set(const MatrixF& values, std::span<const Index> rows, std::span<const Index> columns, GridSize pixels);
  /// The same of a square matrix with one order for both sides, `pixels` wide and high.
  void set(const MatrixF& values, std::span<const Index> order, int pixels) {
    set(values, order, order, {pixels, pixels});
  }

  /// The average of the cells a screen pixel stands for, row by row; what is uploaded. For tests.
  std::span<const float> cells() const { return cells_; }
  GridSize size() const { return size_; }

  /// Draws into the rectangle (window coordinates). `gap` is the width in pixels of the line between cells,
  /// in `gap_colour`; 0 for none. `limit` > 0: colours run from -limit to limit, and so does any entry beyond.
  void draw(const Canvas& canvas, ImVec2 min, ImVec2 max, float gap, ImU32 gap_colour, float limit = 1.0f);

 private:
  void upload();
  void upload_colours();

  std::vector<float> cells_;
  GridSize size_;
  std::uint64_t fingerprint_ = 0;
  bool needs_upload_ = false;
  ShaderProgram program_{"heat_map.vert", "heat_map.frag"};
  Texture texture_;
  Texture colours_;
  VertexArray empty_;
};

/// `values` with its rows and columns reordered, those in no order left out, averaged down to at most `most` cells, row by row. A block's average
/// leaves out undefined entries and is undefined where all are; undefined is NaN in, NaN out.
std::vector<float> reorder_and_average(const MatrixF& values, std::span<const Index> rows,
                                       std::span<const Index> columns, GridSize most);

}  // namespace gramscope::app
