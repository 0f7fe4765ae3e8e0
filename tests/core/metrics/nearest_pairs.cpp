#include "core/metrics/nearest_pairs.h"

#include <doctest/doctest.h>

#include <limits>

namespace gramscope {

namespace {

MatrixF cosines() {
  MatrixF gram(4, 4);
  gram << 1.0f, 0.9f, 0.2f, 0.1f,  //
      0.9f, 1.0f, 0.3f, 0.0f,      //
      0.2f, 0.3f, 1.0f, 0.5f,      //
      0.1f, 0.0f, 0.5f, 1.0f;
  return gram;
}

}  // namespace

TEST_CASE("nearest_pairs: every context with its nearest, each pair once, the nearest first") {
  CHECK(nearest_pairs(cosines()) == std::vector<ContextPair>{{0, 1, 0.9f}, {2, 3, 0.5f}});
  // 2 moves to 1, which stays with 0: both pairs are there.
  MatrixF gram = cosines();
  gram(1, 2) = gram(2, 1) = 0.6f;
  CHECK(nearest_pairs(gram) == std::vector<ContextPair>{{0, 1, 0.9f}, {1, 2, 0.6f}, {2, 3, 0.5f}});
}

TEST_CASE("nearest_pairs: at a tie the first contexts, whatever order they are looked at in") {
  const MatrixF equal = MatrixF::Constant(3, 3, -0.5f);
  CHECK(nearest_pairs(equal) == std::vector<ContextPair>{{0, 1, -0.5f}, {0, 2, -0.5f}});
}

TEST_CASE("nearest_pairs: what has no direction has no neighbour") {
  MatrixF gram = cosines();
  gram.row(1).setConstant(std::numeric_limits<float>::quiet_NaN());
  gram.col(1).setConstant(std::numeric_limits<float>::quiet_NaN());
  CHECK(nearest_pairs(gram) == std::vector<ContextPair>{{2, 3, 0.5f}, {0, 2, 0.2f}});
  CHECK(neighbours_of(gram, 1).empty());
  CHECK(nearest_pairs(MatrixF::Ones(1, 1)).empty());
  CHECK(nearest_pairs(MatrixF()).empty());
}

TEST_CASE("neighbours_of: all others, the nearest first") {
  CHECK(neighbours_of(cosines(), 2) == std::vector<ContextPair>{{2, 3, 0.5f}, {1, 2, 0.3f}, {0, 2, 0.2f}});
}

}  // namespace gramscope
