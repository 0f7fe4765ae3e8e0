#pragma once

#include <imgui.h>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/ui/axis.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// A curve. `x` ascends and has as many entries as `y`; a y that is not finite, or has no place on a logarithmic axis,
/// interrupts the curve.
struct PlotSeries {
  enum class Stroke { solid, dashed, dotted };

  std::string key;          ///< for the legend's toggle and item names
  std::string label;        ///< in the legend
  std::string short_label;  ///< where the legend has little room, and in the read-out
  ImU32 colour = 0;
  Stroke stroke = Stroke::solid;
  float thickness = 2.0f;  ///< at scale 1
  std::vector<double> x;
  std::vector<double> y;
  /// The number in the hover read-out, from the index of a point; by default y with three decimals.
  std::function<std::string(std::size_t)> read_out;
  /// Belongs to another curve: has no entry in the legend and none in the read-out.
  bool is_companion = false;
  /// Shown when the mouse rests on its entry in the legend; empty for nothing.
  std::string explanation;
};

/// A range of x with a meaning of its own.
struct PlotBand {
  double first = 0.0;
  double last = 0.0;
  ImU32 colour = 0;
  std::string label;  ///< at its top, if it fits
  ImU32 label_colour = 0;
};

/// A point of x at which something happened; `text` appears when the mouse is near.
struct PlotMark {
  double x = 0.0;
  std::string text;
  ImU32 colour = 0;
};

/// Words that belong to a point of a curve.
struct PlotNote {
  double x = 0.0;
  double y = 0.0;
  std::string text;
  ImU32 colour = 0;
  bool is_above = true;
  bool has_dot = true;
};

/// A horizontal line across the plot.
struct PlotLevel {
  double y = 0.0;
  std::string text;
  ImU32 colour = 0;
};

/// All that a plot shows in a frame.
struct PlotContent {
  std::string name;  ///< items are reported as "<name>", "<name>.legend.<key>"
  AxisScale x_scale = AxisScale::linear;
  double x_first = 0.0;  ///< what fits the plot, when nothing is zoomed
  double x_last = 1.0;
  AxisScale y_scale = AxisScale::linear;
  double y_first = 0.0;  ///< > 0 on a logarithmic axis
  double y_last = 1.0;
  std::string x_label;
  std::string x_unit;  ///< before the x value in the read-out: "step"
  std::vector<PlotSeries> series;
  std::vector<PlotBand> bands;
  std::vector<PlotMark> marks;
  std::vector<PlotNote> notes;
  std::vector<PlotLevel> levels;
  std::optional<double> playhead;
  bool is_playhead_movable = false;  ///< by dragging it, or a click where it is to go
  float legend_margin = 0.0f;        ///< kept free at the right end of the legend, for a control beside it
  std::vector<double> stops;         ///< where it can stand, ascending: a tick each on the axis of x
};

/// A plot and how it is looked at: which part of the x axis, and which curves are hidden. Wheel zooms about
/// the mouse, drag pans, double-click fits again, a click in the legend hides or shows a curve, hovering
/// reads every curve at the nearest point. A playhead that can be moved follows a drag of its handle ("<name>.handle"), and
/// of any other place while nothing is zoomed.
class Plot {
 public:
  /// Draws in the current ImGui window. The legend takes a line at the top, more where its curves are many.
  void draw(const Rect& rect, const PlotContent& content);

  /// The x to which the hand moved the playhead in this frame; empty: it did not.
  std::optional<double> sought() const { return sought_; }

  bool is_zoomed() const { return view_.has_value(); }
  bool is_hidden(const std::string& key) const;
  /// The visible range of x, in quantities.
  std::pair<double, double> visible_range(const PlotContent& content) const;

 private:
  struct Frame;
  struct LegendLayout;

  static LegendLayout lay_out_legend(const Rect& rect, const PlotContent& content);
  static LegendLayout lay_out_legend(const Rect& rect, const PlotContent& content, bool is_short);
  void interact_with(const Frame& frame, const PlotContent& content);
  void grab_playhead(Frame& frame, const PlotContent& content);
  void draw_stops(const Frame& frame, const PlotContent& content) const;
  void draw_legend(const LegendLayout& legend, const PlotContent& content);
  void draw_axes(const Frame& frame) const;
  void draw_bands(const Frame& frame, const PlotContent& content) const;
  void draw_series(const Frame& frame, const PlotSeries& series) const;
  void draw_marks(const Frame& frame, const PlotContent& content) const;
  static float place_beside_notes(const Frame& frame, const PlotContent& content, float y, float width);
  void draw_notes(const Frame& frame, const PlotContent& content) const;
  void draw_playhead(const Frame& frame, const PlotContent& content) const;
  void draw_read_out(const Frame& frame, const PlotContent& content) const;

  struct View {
    double first = 0.0;  ///< axis positions
    double last = 1.0;
  };
  std::optional<View> view_;  ///< empty: fitted
  std::optional<double> sought_;
  std::map<std::string, bool> hidden_;
};

}  // namespace gramscope::app
