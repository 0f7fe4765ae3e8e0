#include "core/theory/similarity.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/gram.h"
#include "core/theory/in_support.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/theory/random_task.h"

namespace gramscope {

namespace {

/// sim(X, Y) as it is written, over the columns for which Y is not 0.
double similarity_as_written(const MatrixD& x, const MatrixD& y) {
  std::vector<Index> kept;
  for (Index j = 0; j < y.cols(); ++j)
    if (y.col(j).norm() > 0.0) kept.push_back(j);
  const MatrixD a = cosine_gram(x(Eigen::all, kept));
  const MatrixD b = cosine_gram(y(Eigen::all, kept));
  return a.cwiseProduct(b).sum() / a.norm() / b.norm();
}

}  // namespace

TEST_CASE("geometry_similarity: the definition, with either side the larger, and columns without a prediction left out") {
  for (const auto& [d, r, n] : {std::array<Index, 3>{4, 6, 9}, {9, 3, 5}, {2, 12, 7}}) {
    const MatrixD x = random_matrix(d, n, 1);
    MatrixD y = random_matrix(r, n, 2);
    CHECK(geometry_similarity(x, y) == doctest::Approx(similarity_as_written(x, y)).epsilon(1e-13));
    y.col(1).setZero();
    CHECK(geometry_similarity(x, y) == doctest::Approx(similarity_as_written(x, y)).epsilon(1e-13));
    MatrixD turned = x;
    turned.col(1).setZero();
    CHECK(geometry_similarity(turned, y) == geometry_similarity(x, y));
  }
}

TEST_CASE("geometry_similarity: 1 for the same geometry turned and with other lengths, undefined without directions") {
  const MatrixD x = random_matrix(5, 8, 3);
  const MatrixD q = householder_qr(random_matrix(5, 5, 4), 5).q;
  const VectorD lengths = VectorD::LinSpaced(8, 1e-3, 1e3);
  CHECK(geometry_similarity(q * x * lengths.asDiagonal(), x) == doctest::Approx(1.0).epsilon(1e-14));
  CHECK(std::isnan(geometry_similarity(MatrixD::Zero(5, 8), x)));
  CHECK(std::isnan(geometry_similarity(x, MatrixD::Zero(5, 8))));
  CHECK(std::isnan(geometry_similarity(x, MatrixD(0, 8))));
}

TEST_CASE("proxy: norms and similarities are those of S~ written out, whichever Gram matrix is the smaller") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    // Few words, many contexts; many words, few contexts; repeated, full and single supports among them.
    const Index words = seed % 2 == 0 ? 6 : 40;
    const Index contexts = seed % 2 == 0 ? 50 : 9;
    const auto task = random_task(words, contexts, seed % 3 == 0 ? words : 4, seed);
    const auto supports = supports_of(task->targets, words);
    const MatrixD proxy = support_proxy(supports);
    std::vector<Index> kept;
    for (Index j = 0; j < contexts; ++j)
      if (static_cast<Index>(supports.of(j).size()) < words) kept.push_back(j);
    const ProxyNorms norms = proxy_norms(supports);
    CHECK(norms.contexts == doctest::Approx(cosine_gram(proxy(Eigen::all, kept)).norm()).epsilon(1e-12));
    CHECK(norms.words == doctest::Approx(cosine_gram(proxy.transpose()).norm()).epsilon(1e-12));
    const MatrixD h = random_matrix(5, contexts, seed);
    const MatrixD w = random_matrix(5, words, seed + 100);
    CHECK(similarity_to_proxy_contexts(h, supports, norms.contexts) ==
          doctest::Approx(similarity_as_written(h, proxy)).epsilon(1e-12));
    CHECK(similarity_to_proxy_words(w, supports, norms.words) ==
          doctest::Approx(similarity_as_written(w, proxy.transpose())).epsilon(1e-12));
    CHECK(similarity_to_proxy_contexts(proxy, supports, norms.contexts) == doctest::Approx(1.0).epsilon(1e-12));
    CHECK(similarity_to_proxy_words(proxy.transpose(), supports, norms.words) == doctest::Approx(1.0).epsilon(1e-12));
  }
}

TEST_CASE("proxy: one-hot labels of every word are the simplex, and full supports are nothing") {
  std::vector<std::vector<Index>> one_each;
  for (Index z = 0; z < 9; ++z) one_each.push_back({z});
  // n ones and n (n - 1) times 1/(n - 1)^2
  const auto norms = proxy_norms(supports_of(one_each, 9));
  CHECK(norms.contexts == doctest::Approx(std::sqrt(9.0 + 9.0 / 8.0)).epsilon(1e-14));
  CHECK(norms.words == doctest::Approx(norms.contexts).epsilon(1e-14));
  const std::vector<std::vector<Index>> full{{0, 1, 2}, {0, 1, 2}};
  const auto nothing = proxy_norms(supports_of(full, 3));
  CHECK(nothing.contexts == 0.0);
  CHECK(nothing.words == 0.0);
  CHECK(std::isnan(similarity_to_proxy_contexts(random_matrix(3, 2, 1), supports_of(full, 3), 0.0)));
}

}  // namespace gramscope
