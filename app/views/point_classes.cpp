#include "app/views/point_classes.h"

#include "app/ui/theme.h"

namespace gramscope::app {

ClassStyle class_style(int n) {
  const int colours = static_cast<int>(palette().classes.size());
  const int round = n / colours;
  return {palette().classes[static_cast<std::size_t>(n % colours)],
          static_cast<Marker>((n + round) % kMarkers)};
}

PointClasses classify(const Task& task, int factor) {
  PointClasses classes;
  if (factor >= 0 && factor < static_cast<int>(task.factors.size())) {
    const Factor& chosen = task.factors[static_cast<std::size_t>(factor)];
    classes.name = chosen.name;
    classes.names = chosen.value_names;
    classes.of_context = chosen.value;
    return classes;
  }
  classes.of_context.assign(static_cast<std::size_t>(task.contexts), 0);
  if (!task.is_one_hot()) return classes;
  classes.name = "label";
  classes.of_context = task.labels;
  // With a word for every context the labels beside the points say it all.
  if (!task.has_one_context_per_label()) classes.names = task.word_names;
  return classes;
}

std::vector<std::pair<Index, Index>> neighbours_by_factor(const Task& task) {
  std::vector<std::pair<Index, Index>> pairs;
  if (task.factors.empty()) return pairs;
  for (Index a = 0; a < task.contexts; ++a) {
    for (Index b = a + 1; b < task.contexts; ++b) {
      int different = 0;
      for (const auto& factor : task.factors)
        different +=
            factor.value[static_cast<std::size_t>(a)] != factor.value[static_cast<std::size_t>(b)] ? 1 : 0;
      if (different == 1) pairs.emplace_back(a, b);
    }
  }
  return pairs;
}

}  // namespace gramscope::app
