#include "core/theory/proxy_gram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/linalg/gram.h"
#include "core/random/philox.h"
#include "core/theory/in_support.h"

using namespace gramscope;

namespace {

/// Supports of sizes 1 to `words`, some of them of all words, some equal.
Supports random_supports(Index words, Index contexts, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<Index>> sets;
  for (Index j = 0; j < contexts; ++j) {
    if (j > 2 && random.below(4) == 0) {
      sets.push_back(sets[random.below(static_cast<std::uint32_t>(j))]);
      continue;
    }
    const Index size = j == 2 ? words : 1 + static_cast<Index>(random.below(static_cast<std::uint32_t>(words) - 1));
    std::vector<Index> set;
    for (Index z = 0; z < words && static_cast<Index>(set.size()) < size; ++z)
      if (random.below(2) == 0 || words - z <= size - static_cast<Index>(set.size())) set.push_back(z);
    sets.push_back(set);
  }
  return supports_of(sets, words);
}

/// The largest difference of two matrices that have NaN in the same places; infinite where they have not.
double distance(const MatrixD& a, const MatrixD& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return INFINITY;
  double largest = 0.0;
  for (Index i = 0; i < a.size(); ++i) {
    if (std::isnan(a(i)) != std::isnan(b(i))) return INFINITY;
    if (!std::isnan(a(i))) largest = std::max(largest, std::abs(a(i) - b(i)));
  }
  return largest;
}

}  // namespace

TEST_CASE("proxy cosines: those of the dense S~, whatever the supports and blocks") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Index words = 3 + static_cast<Index>(seed);
    const Supports supports = random_supports(words, 25, seed);
    const MatrixD proxy = support_proxy(supports);
    for (const Index block : {1, 2, 4, 7}) {
      MatrixD plain = proxy;
      // A context that every word can follow has no direction: exactly 0, where rounding leaves a trace of one.
      for (Index j = 0; j < plain.cols(); ++j)
        if (static_cast<Index>(supports.of(j).size()) == words) plain.col(j).setZero();
      CHECK(distance(proxy_context_cosines(supports, block), block_cosine_gram(plain, block)) < 1e-12);
      CHECK(distance(centred_proxy_context_cosines(supports, block), block_cosine_gram(centre_columns(proxy), block)) < 1e-12);
      CHECK(distance(proxy_word_cosines(supports, block), block_cosine_gram(proxy.transpose(), block)) < 1e-12);
    }
  }
}

TEST_CASE("proxy cosines: a simplex for one-hot labels of every word once") {
  std::vector<std::vector<Index>> sets;
  for (Index j = 0; j < 9; ++j) sets.push_back({8 - j});
  const Supports supports = supports_of(sets, 9);
  MatrixD simplex = MatrixD::Constant(9, 9, -1.0 / 8.0);
  simplex.diagonal().setOnes();
  CHECK(distance(proxy_context_cosines(supports), simplex) < 1e-14);
  CHECK(distance(centred_proxy_context_cosines(supports), simplex) < 1e-14);
  CHECK(distance(proxy_word_cosines(supports), simplex) < 1e-14);
}

TEST_CASE("proxy cosines: equal supports are parallel, and have no direction of their own once centred if all are equal") {
  const Supports all_equal = supports_of(std::vector<std::vector<Index>>(5, {0, 2}), 4);
  CHECK(distance(proxy_context_cosines(all_equal), MatrixD::Ones(5, 5)) < 1e-14);
  CHECK(centred_proxy_context_cosines(all_equal).array().isNaN().all());
}
