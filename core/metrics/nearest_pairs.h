#pragma once

#include <vector>

#include "core/linalg/types.h"

namespace gramscope {

/// Two contexts, a < b, and the cosine between them.
struct ContextPair {
  Index a = 0;
  Index b = 0;
  float cosine = 0.0f;

  friend bool operator==(const ContextPair&, const ContextPair&) = default;
};

/// Every context with the nearest other one, each pair once, from the nearest to the farthest; of equals those of the
/// first contexts. `gram` is n×n, symmetric, of cosines; contexts without a direction (NaN) have no neighbour and are
/// nobody's. Fewer than two contexts: none.
std::vector<ContextPair> nearest_pairs(const MatrixF& gram);

/// The other contexts from the nearest to the farthest of `context`, those without a direction left out.
std::vector<ContextPair> neighbours_of(const MatrixF& gram, Index context);

}  // namespace gramscope
