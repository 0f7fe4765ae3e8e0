// At a simplex every error is 0, and what the metrics say does not depend on where the origin, the axes and the unit are.
#include <doctest/doctest.h>

#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/metrics/measure.h"
#include "core/metrics/neural_collapse.h"
#include "core/metrics/duality.h"
#include "core/tasks/attributes.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/metrics/sample_recording.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

constexpr const char* kErrors[] = {"nc1_pinv",        "nc1_quotient",      "nc1_cdnv",       "nc2_equinorm",
                                   "nc2_equinorm_w",  "nc2_equiangular",   "nc2_max_angle",  "nc2_equiangular_w",
                                   "nc2_max_angle_w", "nc2_etf_error",     "nc2_etf_error_w", "nc3_self_duality",
                                   "nc3_dual_etf",    "gnc3"};

/// The simplex of K points in K - 1 dimensions (d×K, d >= K - 1), turned.
MatrixD turned_simplex(Index k, Index d, std::uint64_t seed) {
  const MatrixD basis = householder_qr(simplex(k), k - 1).q;
  MatrixD points = MatrixD::Zero(d, k);
  points.topRows(k - 1) = basis.transpose() * simplex(k);
  return random_rotation(d, seed) * points;
}

}  // namespace

TEST_CASE("measure: at a simplex, turned, scaled and moved, every error is 0 to 1e-12") {
  for (Index k = 2; k <= 30; ++k) {
    for (const Index d : {k - 1, k, k + 5}) {
      CAPTURE(k);
      CAPTURE(d);
      const MatrixD points = turned_simplex(k, d, static_cast<std::uint64_t>(10 * k + d));
      MatrixD h(d, 3 * k);
      std::vector<int> labels;
      for (Index j = 0; j < 3 * k; ++j) {
        labels.push_back(static_cast<int>(j % k));
        h.col(j) = 40.0 * points.col(j % k) + VectorD::Constant(d, 3.0);
      }
      const Metrics metrics = measure(recorded(recorded_task(3 * k, k, labels), h, 0.01 * points.transpose()));
      for (const char* key : kErrors) {
        CAPTURE(key);
        REQUIRE(metrics.find(key)->is_defined());
        CHECK(metrics.get(key) <= 1e-12);
      }
      CHECK(metrics.get("gnc2_log") ==
            doctest::Approx(-0.5 * std::log(2.0 * static_cast<double>(k) / static_cast<double>(k - 1))).epsilon(1e-12));
      CHECK(metrics.get("nc4_agreement") == 1.0);
      CHECK(metrics.get("cka_symmetric") == doctest::Approx(1.0).epsilon(1e-12));
    }
  }
}

TEST_CASE("measure: with one factor value each way of crossing, a simplex has each order's share of dimensions") {
  const auto task = make_attributes(3, 3);
  const Metrics metrics = measure(recorded(task, 5.0 * simplex(27), simplex(27)));
  CHECK(metrics.get("energy_1") == doctest::Approx(6.0 / 26.0).epsilon(1e-12));
  CHECK(metrics.get("energy_2") == doctest::Approx(12.0 / 26.0).epsilon(1e-12));
  CHECK(metrics.get("energy_3") == doctest::Approx(8.0 / 26.0).epsilon(1e-12));
  // All 26 others tie, 8 of which share the value.
  CHECK(metrics.get("purity_colour") == doctest::Approx(8.0 / 26.0).epsilon(1e-12));
  CHECK(std::abs(metrics.get("silhouette_colour")) < 1e-12);
}

TEST_CASE("measure: turning, scaling and moving the embeddings leaves the metrics of geometry as they are") {
  const Index d = 6;
  const MatrixD h = random_matrix(d, 24, 1);
  const MatrixD w = random_matrix(12, d, 2);
  const VectorD bias = random_matrix(12, 1, 3);
  std::vector<int> labels;
  std::vector<int> a;
  std::vector<int> b;
  for (int j = 0; j < 24; ++j) {
    labels.push_back(j % 12);
    a.push_back(j % 12 / 4);
    b.push_back(j % 4);
  }
  const auto task = recorded_task(24, 12, labels, {{"a", a}, {"b", b}});
  const MatrixD q = random_rotation(d, 4);
  const Metrics before = measure(recorded(task, h, w, bias));
  const VectorD shift = random_matrix(d, 1, 5);
  const MatrixD moved = (300.0 * q * h).colwise() + 20.0 * shift;
  const MatrixD turned_w = 0.02 * w * q.transpose();
  // Logits grow by 300 · 0.02 and by what the shift adds, which the bias takes away.
  const Metrics after = measure(recorded(task, moved, turned_w, 6.0 * bias - turned_w * (20.0 * shift)));
  int compared = 0;
  for (const auto& value : before.values()) {
    const auto& key = value.key;
    if (!key.starts_with("nc") && !key.starts_with("gnc") && !key.starts_with("cka_") && !key.starts_with("contrast_") &&
        !key.starts_with("purity_") && !key.starts_with("silhouette_") && !key.starts_with("energy_") &&
        !key.starts_with("effective_") && !key.starts_with("participation_"))
      continue;
    CAPTURE(key);
    REQUIRE(value.is_defined());
    CHECK(after.get(key) == doctest::Approx(value.value).epsilon(1e-10));
    ++compared;
  }
  CHECK(compared == 4 + 6 + 2 + 16);
}

TEST_CASE("nc2_etf_error, nc3_dual_etf: the same by the d×d and by the K×K matrix") {
  for (const auto& [d, k] : {std::pair<Index, Index>{3, 9}, {4, 5}, {5, 5}, {6, 5}, {1, 4}, {2, 40}}) {
    const MatrixD x = random_matrix(d, k, 7);
    const MatrixD m = x.colwise() - VectorD(x.rowwise().mean());
    const MatrixD w = random_matrix(d, k, 8);
    const auto frame_error = [&, count = k](const MatrixD& gram) {
      const double scale = 1.0 / std::sqrt(static_cast<double>(count - 1));
      return (gram / gram.norm() - scale * simplex(count)).norm();
    };
    CHECK(nc2_etf_error(x) == doctest::Approx(frame_error(x.transpose() * x)).epsilon(1e-12));
    CHECK(nc2_etf_error_of_centred(small_gram(m), d, k) == doctest::Approx(frame_error(m.transpose() * m)).epsilon(1e-12));
    CHECK(nc3_dual_etf(w, m) == doctest::Approx(frame_error(w.transpose() * m)).epsilon(1e-12));
  }
}
