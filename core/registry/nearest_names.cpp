#include <algorithm>
#include <numeric>

#include "core/registry/registry.h"

namespace gramscope {

namespace {

/// Edits that turn one name into the other: insert, delete, replace, swap neighbours (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

/// Smaller is nearer; a name that contains the other, or shares its last part, is nearer than its edits say.
double distance(std::string_view name, std::string_view candidate) {
  double d = static_cast<double>(edit_distance(name, candidate));
  const auto tail = candidate.substr(candidate.find('.') == std::string_view::npos ? 0 : candidate.find('.') + 1);
  d = std::min(d, static_cast<double>(edit_distance(name, tail)) + 0.5);
  if (name.size() >= 2 && candidate.find(name) != std::string_view::npos) d = std::min(d, 1.5);
  return d;
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name, std::vector<std::string> names, std::size_t most) {
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return distance(name, a) < distance(name, b);
  });
  if (names.size() > most) names.resize(most);
  return names;
}

}  // namespace gramscope
