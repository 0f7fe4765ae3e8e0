#include "app/views/point_classes.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <string_view>

#include "app/ui/theme.h"

namespace gramscope::app {

namespace {

/// More classes than that cannot be told apart by colour and marker.
constexpr std::size_t kMostClasses = 12;
/// Of more groups, so many have a look of their own.
constexpr std::size_t kLargest = 7;

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

PointClasses classify(const Task& task, const Grouping& grouping) {
  ContextGroups groups = group_contexts(task, fitting(task, grouping));
  PointClasses classes;
  const bool is_one_each = static_cast<Index>(groups.names.size()) == task.contexts;
  if (is_one_each || groups.names.size() <= kMostClasses) {
    classes.styles = styles_for(is_one_each ? std::vector<std::string>{} : groups.names, groups.names.size());
    classes.of_context = std::move(groups.of_context);
    if (!is_one_each && groups.names.size() > 1) classes.names = std::move(groups.names);
    return classes;
  }
  std::vector<int> by_size(groups.names.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(), [&](int a, int b) {
    return groups.sizes[static_cast<std::size_t>(a)] > groups.sizes[static_cast<std::size_t>(b)];
  });
  std::vector<int> class_of(groups.names.size(), static_cast<int>(kLargest));
  for (std::size_t i = 0; i < kLargest; ++i) {
    const auto group = static_cast<std::size_t>(by_size[i]);
    class_of[group] = static_cast<int>(i);
    classes.names.push_back(groups.names[group]);
  }
  classes.styles = styles_for(classes.names, kLargest);
  classes.styles.push_back({palette().text_dim, Marker::circle});
  classes.names.push_back(std::to_string(groups.names.size() - kLargest) + " others");
  for (const int group : groups.of_context)
    classes.of_context.push_back(class_of[static_cast<std::size_t>(group)]);
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
