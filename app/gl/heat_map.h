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

/// A square matrix with entries in [-1, 1] as coloured cells: one texture, one draw call, fixed colour
/// limits.
class HeatMap {
 public:
  /// What is to be shown: entry (i, j) of the picture is values(order[i], order[j]); an empty order is the
  /// matrix's own. A matrix with more cells than `pixels` per side is averaged down to that many. Nothing is
  /// done where data, order and size are those of the last call. NaN is shown as "undefined".
  void set(const MatrixF& values, std::span<const Index> order, int pixels);

  /// The average of the cells a screen pixel stands for, row by row; what is uploaded. For tests.
  std::span<const float> cells() const { return cells_; }
  int cells_per_side() const { return side_; }

  /// Draws into the rectangle (window coordinates). `gap` is the width in pixels of the line between cells,
  /// in `gap_colour`; 0 for none.
  void draw(const Canvas& canvas, ImVec2 min, ImVec2 max, float gap, ImU32 gap_colour);

 private:
  void upload();
  void upload_colours();

  std::vector<float> cells_;
  int side_ = 0;
  std::uint64_t fingerprint_ = 0;
  bool needs_upload_ = false;
  ShaderProgram program_{"heat_map.vert", "heat_map.frag"};
  Texture texture_;
  Texture colours_;
  VertexArray empty_;
};

/// `values` reordered and averaged down to at most `most` cells per side, row by row. A block's average
/// leaves out undefined entries and is undefined where all are; undefined is NaN in, NaN out.
std::vector<float> reorder_and_average(const MatrixF& values, std::span<const Index> order, int most);

}  // namespace gramscope::app
