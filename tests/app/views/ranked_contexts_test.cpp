#include "app/views/ranked_contexts.h"

#include <doctest/doctest.h>

#include <limits>

using namespace gramscope;
using namespace gramscope::app;

TEST_CASE(
    "ranked_contexts: nearest or farthest first, equals in their own order, without itself and what has no "
    "direction") {
  VectorF cosines(6);
  cosines << 0.2f, 1.0f, 0.9f, 0.2f, std::numeric_limits<float>::quiet_NaN(), -0.5f;
  CHECK(ranked_contexts(cosines, 1, false) == std::vector<Index>{2, 0, 3, 5});
  CHECK(ranked_contexts(cosines, 1, true) == std::vector<Index>{5, 0, 3, 2});
  CHECK(ranked_contexts(cosines, 4, false) == std::vector<Index>{1, 2, 0, 3, 5});
  CHECK(ranked_contexts(VectorF(), 0, false).empty());
}
