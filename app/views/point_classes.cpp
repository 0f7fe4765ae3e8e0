#include "app/views/point_classes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "app/ui/theme.h"

namespace gramscope::app {

namespace {

/// Colours by name, as near as Okabe and Ito's come: an index into palette().classes.
std::optional<std::size_t> colour_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 8> kNames{{{"orange", 0},
                                                                                   {"blue", 1},
                                                                                   {"green", 2},
                                                                                   {"yellow", 3},
                                                                                   {"red", 5},
                                                                                   {"purple", 6},
                                                                                   {"black", 7},
                                                                                   {"grey", 7}}};
  for (const auto& [known, index] : kNames)
    if (known == name) return index;
  return std::nullopt;
}

std::optional<std::size_t> marker_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Marker>, 7> kNames{
      {{"circle", Marker::circle},
       {"square", Marker::square},
       {"triangle", Marker::triangle_up},
       {"diamond", Marker::diamond},
       {"star", Marker::star},
       {"cross", Marker::cross},
       {"hexagon", Marker::hexagon}}};
  for (const auto& [known, marker] : kNames)
    if (known == name) return static_cast<std::size_t>(marker);
  return std::nullopt;
}

/// An index for every class: its name's own where it has one, else the next that is free; each again only
/// when all `available` are taken.
template <class Named>
std::vector<std::size_t> deal(const std::vector<std::string>& names, std::size_t classes,
                              std::size_t available, Named named) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> dealt(classes, kNone);
  std::vector<std::size_t> uses(available, 0);
  for (std::size_t i = 0; i < std::min(classes, names.size()); ++i) {
    const auto own = named(names[i]);
    if (own && uses[*own] == 0) uses[dealt[i] = *own] = 1;
  }
  for (auto& index : dealt) {
    if (index != kNone) continue;
    index = static_cast<std::size_t>(std::min_element(uses.begin(), uses.end()) - uses.begin());
    ++uses[index];
  }
  return dealt;
}

std::vector<ClassStyle> styles_for(const std::vector<std::string>& names, std::size_t classes) {
  const auto colours = deal(names, classes, palette().classes.size(), colour_named);
  auto markers = deal(names, classes, kMarkers, marker_named);
  std::vector<ClassStyle> styles;
  for (std::size_t i = 0; i < classes; ++i) {
    // With more classes than colours, the same colour comes with another marker each time.
    const std::size_t round = i / palette().classes.size();
    styles.push_back({palette().classes[colours[i]], static_cast<Marker>((markers[i] + round) % kMarkers)});
  }
  return styles;
}

}  // namespace

PointClasses classify(const Task& task, int factor) {
  PointClasses classes;
  if (factor >= 0 && factor < static_cast<int>(task.factors.size())) {
    const Factor& chosen = task.factors[static_cast<std::size_t>(factor)];
    classes.name = chosen.name;
    classes.names = chosen.value_names;
    classes.of_context = chosen.value;
    classes.styles = styles_for(chosen.value_names, chosen.value_names.size());
    return classes;
  }
  classes.of_context.assign(static_cast<std::size_t>(task.contexts), 0);
  classes.styles = styles_for({}, 1);
  if (!task.is_one_hot()) return classes;
  classes.name = "label";
  classes.of_context = task.labels;
  classes.styles = styles_for({}, static_cast<std::size_t>(task.words));
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
