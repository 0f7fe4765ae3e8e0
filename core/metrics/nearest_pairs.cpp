#include "core/metrics/nearest_pairs.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace gramscope {

namespace {

ContextPair pair_of(const MatrixF& gram, Index i, Index j) { return {std::min(i, j), std::max(i, j), gram(i, j)}; }

void sort_by_nearness(std::vector<ContextPair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const ContextPair& x, const ContextPair& y) {
    return std::tie(y.cosine, x.a, x.b) < std::tie(x.cosine, y.a, y.b);
  });
}

}  // namespace

std::vector<ContextPair> nearest_pairs(const MatrixF& gram) {
  std::vector<ContextPair> pairs;
  for (Index j = 0; j < gram.cols(); ++j) {
    Index nearest = -1;
    for (Index i = 0; i < gram.rows(); ++i)
      if (i != j && !std::isnan(gram(i, j)) && (nearest < 0 || gram(i, j) > gram(nearest, j))) nearest = i;
    if (nearest >= 0) pairs.push_back(pair_of(gram, nearest, j));
  }
  sort_by_nearness(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

std::vector<ContextPair> neighbours_of(const MatrixF& gram, Index context) {
  std::vector<ContextPair> pairs;
  for (Index i = 0; i < gram.rows(); ++i)
    if (i != context && !std::isnan(gram(i, context))) pairs.push_back(pair_of(gram, i, context));
  sort_by_nearness(pairs);
  return pairs;
}

}  // namespace gramscope
