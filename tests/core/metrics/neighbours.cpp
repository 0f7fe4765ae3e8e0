// Purity, silhouette and contrast against loops over all pairs, and their blocks, ties and second looks.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/linalg/gram.h"
#include "core/metrics/alignment.h"
#include "core/metrics/interaction_energy.h"
#include "core/metrics/pair_statistics.h"
#include "core/metrics/value_contrast.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

namespace {

PointFactor factor_of(std::vector<Index> value) {
  PointFactor factor;
  factor.values = *std::max_element(value.begin(), value.end()) + 1;
  factor.points.assign(static_cast<std::size_t>(factor.values), 0.0);
  for (const Index v : value) factor.points[static_cast<std::size_t>(v)] += 1.0;
  factor.value = std::move(value);
  return factor;
}

double brute_purity(const MatrixD& cosines, const PointFactor& factor) {
  double sum = 0.0;
  for (Index j = 0; j < cosines.cols(); ++j) {
    double largest = -2.0;
    for (Index k = 0; k < cosines.cols(); ++k)
      if (k != j) largest = std::max(largest, cosines(k, j));
    double all = 0.0;
    double same = 0.0;
    for (Index k = 0; k < cosines.cols(); ++k) {
      if (k == j || cosines(k, j) < largest - 1e-9) continue;
      all += 1.0;
      same += factor.value[static_cast<std::size_t>(k)] == factor.value[static_cast<std::size_t>(j)] ? 1.0 : 0.0;
    }
    sum += same / all;
  }
  return sum / static_cast<double>(cosines.cols());
}

double brute_silhouette(const MatrixD& cosines, const PointFactor& factor) {
  double sum = 0.0;
  for (Index j = 0; j < cosines.cols(); ++j) {
    VectorD distance = VectorD::Zero(factor.values);
    VectorD count = VectorD::Zero(factor.values);
    const Index own = factor.value[static_cast<std::size_t>(j)];
    for (Index k = 0; k < cosines.cols(); ++k) {
      if (k == j) continue;
      distance(factor.value[static_cast<std::size_t>(k)]) += 1.0 - cosines(k, j);
      count(factor.value[static_cast<std::size_t>(k)]) += 1.0;
    }
    if (count(own) == 0.0) continue;
    const VectorD mean = distance.cwiseQuotient(count);
    double nearest = 1e300;
    for (Index v = 0; v < factor.values; ++v)
      if (v != own) nearest = std::min(nearest, mean(v));
    sum += (nearest - mean(own)) / std::max(nearest, mean(own));
  }
  return sum / static_cast<double>(cosines.cols());
}

double brute_contrast(const MatrixD& cosines, const PointFactor& factor) {
  double sum[2] = {0.0, 0.0};
  double pairs[2] = {0.0, 0.0};
  for (Index k = 0; k < cosines.cols(); ++k) {
    for (Index j = 0; j < k; ++j) {
      const bool is_same = factor.value[static_cast<std::size_t>(j)] == factor.value[static_cast<std::size_t>(k)];
      sum[is_same] += cosines(j, k);
      pairs[is_same] += 1.0;
    }
  }
  return sum[1] / pairs[1] - sum[0] / pairs[0];
}

}  // namespace

TEST_CASE("purity, silhouette, contrast: as by loops over pairs, across the borders of blocks") {
  for (const Index n : {5, 255, 257, 600}) {
    const MatrixD x = centre_columns(random_matrix(7, n, static_cast<std::uint64_t>(n)));
    std::vector<Index> value;
    for (Index j = 0; j < n; ++j) value.push_back(j == 0 ? 2 : j * j % 4);  // one point alone in its value
    const std::vector<PointFactor> factors{factor_of(value)};
    const MatrixD cosines = cosine_gram(x);
    CHECK(pair_statistics(x, {.factors = factors}).purity[0] == doctest::Approx(brute_purity(cosines, factors[0])).epsilon(1e-12));
    const auto contrasts = value_contrasts(x, factors);
    CHECK(contrasts[0].silhouette == doctest::Approx(brute_silhouette(cosines, factors[0])).epsilon(1e-12));
    CHECK(contrasts[0].contrast == doctest::Approx(brute_contrast(cosines, factors[0])).epsilon(1e-11));
  }
}

TEST_CASE("purity: more ties than are kept, near ones and those just beyond a billionth") {
  const Index n = 300;
  std::vector<Index> value;
  for (Index j = 0; j < n; ++j) value.push_back(j % 3);
  const std::vector<PointFactor> factors{factor_of(value)};
  CHECK(pair_statistics(simplex(n), {.factors = factors}).purity[0] == doctest::Approx(99.0 / 299.0).epsilon(1e-12));
  // Forty copies of each of a few directions, turned by angles of which some cosines tie and others do not.
  Random random(5);
  MatrixD x(2, n);
  for (Index j = 0; j < n; ++j) {
    const double angle = static_cast<double>(j % 7) + 3e-5 * std::floor(4.0 * random.uniform());
    x.col(j) << std::cos(angle), std::sin(angle);
  }
  CHECK(pair_statistics(x, {.factors = factors}).purity[0] ==
        doctest::Approx(brute_purity(cosine_gram(x), factors[0])).epsilon(1e-12));
}

TEST_CASE("silhouette: 1 for values that are one direction each, 0 where two of them are the same one") {
  MatrixD x(2, 6);
  x << 1, 2, -1, -3, 0, 0, 0, 0, 0, 0, 1, 5;
  CHECK(value_contrasts(x, std::vector{factor_of({0, 0, 1, 1, 2, 2})})[0].silhouette == doctest::Approx(1.0).epsilon(1e-14));
  MatrixD same(2, 4);
  same << 1, 2, 3, 4, 0, 0, 0, 0;
  CHECK(value_contrasts(same, std::vector{factor_of({0, 0, 1, 1})})[0].silhouette == 0.0);
}

TEST_CASE("cka_with_factors: the value of the kernel of shared values") {
  const Index n = 40;
  const MatrixD x = centre_columns(random_matrix(5, n, 1));
  std::vector<PointFactor> factors;
  MatrixD kernel = MatrixD::Zero(n, n);
  for (const Index v : {3, 7, 40}) {
    std::vector<Index> value;
    for (Index j = 0; j < n; ++j) value.push_back((j * 11 + j / 3) % v);
    if (v == 40)
      for (Index j = 0; j < n; ++j) value[static_cast<std::size_t>(j)] = j;
    for (Index k = 0; k < n; ++k)
      for (Index j = 0; j < n; ++j)
        kernel(j, k) += value[static_cast<std::size_t>(j)] == value[static_cast<std::size_t>(k)] ? 1.0 : 0.0;
    factors.push_back(factor_of(value));
  }
  const MatrixD gram = x.transpose() * x;
  CHECK(cka_with_factors(x, factors, gram.norm()) == doctest::Approx(cka(gram, kernel)).epsilon(1e-12));
}

TEST_CASE("interaction_energies: what is made of single factors is all main effect, products of contrasts are none of it") {
  const Index n = 24;
  std::vector<Index> a;
  std::vector<Index> b;
  MatrixD sums(3, n);
  MatrixD products(1, n);
  const MatrixD of_a = centre_columns(random_matrix(3, 3, 1));
  const MatrixD of_b = centre_columns(random_matrix(3, 4, 2));
  for (Index j = 0; j < n; ++j) {
    a.push_back(j % 3);
    b.push_back(j / 3 % 4);
    sums.col(j) = of_a.col(j % 3) + 1e-5 * of_b.col(j / 3 % 4);
    products(0, j) = of_a(0, j % 3) * of_b(0, j / 3 % 4);
  }
  const std::vector<PointFactor> factors{factor_of(a), factor_of(b)};
  const auto main = interaction_energies(sums, factors);
  REQUIRE(main.share.size() == 2);
  CHECK(main.share[0] == doctest::Approx(1.0).epsilon(1e-14));
  CHECK(main.share[1] < 1e-30);
  const auto pairs = interaction_energies(products, factors);
  CHECK(pairs.share[0] < 1e-30);
  CHECK(pairs.share[1] == doctest::Approx(1.0).epsilon(1e-14));
}
