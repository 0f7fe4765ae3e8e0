#pragma once

#include <imgui.h>

#include <string>
#include <utility>
#include <vector>

#include "app/gl/point_cloud.h"
#include "core/tasks/task.h"

namespace gramscope::app {

/// How the points of one class look.
struct ClassStyle {
  ImU32 colour = 0;
  Marker marker = Marker::circle;
};

/// The look of the n-th class: eight colours and eight markers together, then the same colours with other
/// markers.
ClassStyle class_style(int n);

/// Contexts divided into classes: by the values of a factor, or by label.
struct PointClasses {
  std::string name;                ///< of the factor; "label"; empty where there is one class only
  std::vector<std::string> names;  ///< of the classes; empty where they are not worth a legend
  std::vector<int> of_context;     ///< m
};

/// By the values of that factor; for -1, or out of range, by label in one-hot tasks, else all in one class.
PointClasses classify(const Task& task, int factor);

/// Pairs of contexts that differ in exactly one factor, first < second. Empty without factors.
std::vector<std::pair<Index, Index>> neighbours_by_factor(const Task& task);

}  // namespace gramscope::app
