#include "app/views/ranked_contexts.h"

#include <algorithm>
#include <cmath>

namespace gramscope::app {

std::vector<Index> ranked_contexts(const VectorF& cosines, Index selected, bool is_farthest_first) {
  std::vector<Index> ranked;
  for (Index j = 0; j < cosines.size(); ++j)
    if (j != selected && !std::isnan(cosines(j))) ranked.push_back(j);
  std::stable_sort(ranked.begin(), ranked.end(), [&](Index a, Index b) {
    return is_farthest_first ? cosines(a) < cosines(b) : cosines(a) > cosines(b);
  });
  return ranked;
}

}  // namespace gramscope::app
