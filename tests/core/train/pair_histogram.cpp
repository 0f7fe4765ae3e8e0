#include "core/train/pair_histogram.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "core/linalg/gram.h"
#include "core/random/philox.h"
#include "tests/core/linalg/sample_matrices.h"

namespace gramscope {

namespace {

std::int64_t sum(const PairHistogram::Kind& kind) {
  return std::accumulate(kind.count.begin(), kind.count.end(), std::int64_t{0});
}

}  // namespace

TEST_CASE("pair_histogram: bins sum to n(n-1)/2, and each holds the pairs of the Gram matrix in its range") {
  // Across the borders of tiles as well as within one.
  for (const Index n : {2, 27, 511, 513, 1100}) {
    CAPTURE(n);
    const MatrixD x = random_matrix(5, n, 7);
    std::vector<int> groups(static_cast<std::size_t>(n));
    for (std::size_t j = 0; j < groups.size(); ++j) groups[j] = static_cast<int>(j % 3);
    const PairHistogram found = pair_histogram(x, groups);
    CHECK(found.alike.pairs + found.other.pairs + found.undefined == n * (n - 1) / 2);
    CHECK(sum(found.alike) == found.alike.pairs);
    CHECK(sum(found.other) == found.other.pairs);

    PairHistogram expected;
    double alike_sum = 0.0;
    double other_sum = 0.0;
    const MatrixD gram = cosine_gram(x);
    for (Index k = 0; k < n; ++k)
      for (Index j = 0; j < k; ++j) {
        const bool is_alike = j % 3 == k % 3;
        (is_alike ? alike_sum : other_sum) += gram(j, k);
        ++(is_alike ? expected.alike : expected.other)
              .count[static_cast<std::size_t>(PairHistogram::bin_of(gram(j, k)))];
      }
    // A cosine within rounding of a bin's end may be counted on either side of it.
    std::int64_t moved = 0;
    for (std::size_t b = 0; b < PairHistogram::kBins; ++b)
      moved += std::abs(found.alike.count[b] - expected.alike.count[b]) +
               std::abs(found.other.count[b] - expected.other.count[b]);
    CHECK(moved == 0);
    if (found.alike.pairs > 0)
      CHECK(found.alike.mean ==
            doctest::Approx(alike_sum / static_cast<double>(found.alike.pairs)).epsilon(1e-10));
    CHECK(found.other.mean ==
          doctest::Approx(other_sum / static_cast<double>(found.other.pairs)).epsilon(1e-10));
  }
}

TEST_CASE("pair_histogram: at a simplex every pair is at -1/(n-1), in one bin") {
  constexpr Index kPoints = 27;
  const MatrixD simplex = centre_columns(MatrixD::Identity(kPoints, kPoints));
  const PairHistogram found = pair_histogram(simplex);
  const double expected = -1.0 / (kPoints - 1);
  CHECK(found.other.mean == doctest::Approx(expected).epsilon(1e-12));
  CHECK(found.other.count[static_cast<std::size_t>(PairHistogram::bin_of(expected))] ==
        kPoints * (kPoints - 1) / 2);
  CHECK(found.alike.pairs == 0);
  CHECK(std::isnan(found.alike.mean));
}

TEST_CASE("pair_histogram: the ends of the axis have bins, and rounding beyond them does not fall off") {
  CHECK(PairHistogram::bin_of(-1.0) == 0);
  CHECK(PairHistogram::bin_of(-1.0 - 1e-15) == 0);
  CHECK(PairHistogram::bin_of(1.0) == PairHistogram::kBins - 1);
  CHECK(PairHistogram::bin_of(1.0 + 1e-15) == PairHistogram::kBins - 1);
  CHECK(PairHistogram::bin_of(0.0) == PairHistogram::kBins / 2);
  for (int b = 0; b < PairHistogram::kBins; ++b)
    CHECK(PairHistogram::bin_of(0.5 * (PairHistogram::lower_end(b) + PairHistogram::lower_end(b + 1))) == b);
  MatrixD opposite(1, 3);
  opposite << 1.0, 1.0, -2.0;
  const PairHistogram found = pair_histogram(opposite);
  CHECK(found.other.count.front() == 2);
  CHECK(found.other.count.back() == 1);
}

TEST_CASE("pair_histogram: pairs without a direction are counted as undefined") {
  MatrixD x = random_matrix(4, 10, 3);
  x.col(2).setZero();
  const PairHistogram found = pair_histogram(x);
  CHECK(found.undefined == 9);
  CHECK(found.other.pairs == 36);
  CHECK(pair_histogram(MatrixD(4, 0)).other.pairs == 0);
  CHECK(pair_histogram(MatrixD::Ones(4, 1)).undefined == 0);
}

TEST_CASE("pair_histogram: groups of another task are left out, and words are taken where they are wanted") {
  const auto task = std::make_shared<Task>();
  const auto another = std::make_shared<Task>();
  const auto groups = std::make_shared<const PairGroups>(PairGroups{task, {0, 0, 1}});
  const MatrixD h = random_matrix(4, 3, 1);
  const MatrixD w = random_matrix(4, 5, 2);
  CHECK(pair_histogram(std::nullopt, *task, h, w) == nullptr);
  CHECK(pair_histogram(PairHistogramWanted{false, groups}, *task, h, w)->alike.pairs == 1);
  CHECK(pair_histogram(PairHistogramWanted{false, groups}, *another, h, w)->alike.pairs == 0);
  CHECK(pair_histogram(PairHistogramWanted{true, nullptr}, *task, h, w)->other.pairs == 10);
}

}  // namespace gramscope
