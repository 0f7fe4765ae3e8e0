#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/gram.h"
#include "core/metrics/alignment.h"
#include "core/metrics/measure.h"
#include "core/metrics/metric_list.h"
#include "core/metrics/neural_collapse.h"
#include "core/tasks/attributes.h"
#include "core/theory/modes.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

namespace {

Embeddings embeddings_of(const std::shared_ptr<const Task>& task, const MatrixD& h, const MatrixD& w) {
  Embeddings embeddings;
  embeddings.task = task;
  embeddings.h = h;
  embeddings.w = w;
  return embeddings;
}

}  // namespace

TEST_CASE("nc2: zero on an exact simplex, unchanged by rotation and scale") {
  for (const Index k : {2, 3, 5, 27}) {
    const MatrixD q = householder_qr(random_matrix(k, k, 3), k).q;
    const MatrixD x = 7.5 * q * simplex(k);
    CHECK(nc2_equinorm(x) < 1e-12);
    CHECK(nc2_equiangular(x) < 1e-12);
    CHECK(nc2_max_angle(x) < 1e-12);
    CHECK(nc2_etf_error(x) < 1e-12);
    const MatrixD any = random_matrix(k, k, 4);
    CHECK(nc2_equiangular(1e3 * q * any) == doctest::Approx(nc2_equiangular(any)).epsilon(1e-10));
    CHECK(nc2_etf_error(1e3 * q * any) == doctest::Approx(nc2_etf_error(any)).epsilon(1e-10));
  }
}

TEST_CASE("nc2: undefined without two classes or without a direction") {
  CHECK(std::isnan(nc2_equinorm(random_matrix(3, 1, 1))));
  CHECK(std::isnan(nc2_etf_error(MatrixD::Zero(3, 4))));
  MatrixD x = random_matrix(3, 4, 1);
  x.col(1).setZero();
  CHECK(std::isnan(nc2_equiangular(x)));
  CHECK(std::isnan(nc2_equinorm(x)));
}

TEST_CASE("cka: 1 with itself up to scale, and at equal distances with the identity") {
  const MatrixD x = random_matrix(5, 8, 2);
  const MatrixD gram = x.transpose() * x;
  CHECK(cka(gram, 3.0 * gram) == doctest::Approx(1.0).epsilon(1e-13));
  CHECK(cka(gram, MatrixD::Identity(8, 8)) == doctest::Approx(cka_with_identity(gram)).epsilon(1e-13));
  CHECK(cka_with_identity(simplex(8)) == doctest::Approx(1.0).epsilon(1e-14));
  CHECK(std::isnan(cka(MatrixD::Ones(8, 8), gram)));
}

TEST_CASE("cka_with_identity: at most sqrt(d/(K-1)), reached by equal directions") {
  MatrixD x = simplex(27);
  const MatrixD basis = householder_qr(x, 8).q.transpose();
  CHECK(cka_with_identity(basis.transpose() * basis) == doctest::Approx(std::sqrt(8.0 / 26.0)).epsilon(1e-2));
  const MatrixD any = random_matrix(8, 27, 5);
  CHECK(cka_with_identity(any.transpose() * any) <= std::sqrt(8.0 / 26.0) + 1e-12);
}

TEST_CASE("measure: at collapse cka_semantic is the root of the main effects' share of dimensions") {
  for (const auto& [k, v] : {std::pair{3, 3}, {2, 4}, {4, 2}}) {
    const auto task = make_attributes(k, v);
    const MatrixD x = simplex(task->contexts);
    const Metrics metrics = measure(embeddings_of(task, x, 10.0 * x));
    const double share = k * (v - 1.0) / static_cast<double>(task->contexts - 1);
    CHECK(metrics.get("cka_semantic") == doctest::Approx(std::sqrt(share)).epsilon(1e-12));
    CHECK(metrics.get("cka_symmetric") == doctest::Approx(1.0).epsilon(1e-13));
    CHECK(metrics.get("nc2_equiangular") < 1e-12);
    CHECK(metrics.get("accuracy") == 1.0);
    CHECK(metrics.get("effective_rank") == doctest::Approx(static_cast<double>(task->contexts - 1)).epsilon(1e-12));
    CHECK(std::abs(metrics.get("contrast_colour")) < 1e-12);
  }
}

TEST_CASE("measure: features that are sums of attribute vectors are semantic exactly") {
  const auto task = make_attributes(3, 3);
  MatrixD h = MatrixD::Zero(9, 27);
  for (Index j = 0; j < 27; ++j)
    for (std::size_t f = 0; f < 3; ++f)
      h(static_cast<Index>(3 * f) + task->factors[f].value[static_cast<std::size_t>(j)], j) = 1.0;
  const Metrics metrics = measure(embeddings_of(task, h, random_matrix(27, 9, 1)));
  CHECK(metrics.get("cka_semantic") == doctest::Approx(1.0).epsilon(1e-13));
  CHECK(metrics.get("effective_rank") == doctest::Approx(6.0).epsilon(1e-12));
  // Two contexts that share the colour have centred cosine (2/3 * shared others - 1/3 * ...): +0.5 more on average.
  CHECK(metrics.get("contrast_colour") == doctest::Approx(metrics.get("contrast_size")).epsilon(1e-12));
  CHECK(metrics.get("contrast_colour") > 0.3);
}

TEST_CASE("measure: every listed metric is there in the listed order, defined or with a reason") {
  const auto check = [](const Metrics& metrics, const Task& task) {
    std::size_t i = 0;
    const std::size_t modes = std::max<std::size_t>(1, modes_of(task).groups.size());
    for (const auto& entry : metric_entries()) {
      CHECK(entry.is_prefix == !entry.followed_by.empty());
      const bool is_numbered = entry.followed_by == "number";
      const std::size_t orders = task.factors.size() < 2 ? 1 : metrics.find("energy_2") ? task.factors.size() : 1;
      const std::size_t numbers = entry.key == "energy_" ? orders : modes;
      const std::size_t count = !entry.is_prefix ? 1 : is_numbered ? numbers : task.factors.size();
      for (std::size_t f = 0; f < count; ++f, ++i) {
        REQUIRE(i < metrics.values().size());
        const auto& value = metrics.values()[i];
        const std::string rest = !entry.is_prefix ? "" : is_numbered ? std::to_string(f + 1) : task.factors[f].name;
        CHECK(value.key == entry.key + rest);
        CHECK(metric_label(value.key).starts_with(entry.label));
        CHECK(find_metric_entry(value.key) == &entry);
        CHECK(std::isnan(value.value) == !value.is_defined());
      }
    }
    CHECK(i == metrics.values().size());
  };
  const auto task = make_attributes(3, 2);
  check(measure(embeddings_of(task, random_matrix(4, 8, 1), random_matrix(8, 4, 2))), *task);
  check(measure(embeddings_of(task, MatrixD::Zero(4, 8), MatrixD::Zero(8, 4))), *task);
  const auto one = make_attributes(1, 4);
  const Metrics metrics = measure(embeddings_of(one, random_matrix(4, 4, 1), random_matrix(4, 4, 2)));
  check(metrics, *one);
  CHECK_FALSE(metrics.find("cka_semantic")->is_defined());
  CHECK_FALSE(metrics.find("contrast_colour")->is_defined());
}

TEST_CASE("measure: zero embeddings give the loss of a uniform guess and say what is undefined") {
  const auto task = make_attributes(2, 3);
  const Metrics metrics = measure(embeddings_of(task, MatrixD::Zero(4, 9), MatrixD::Zero(9, 4)));
  CHECK(metrics.get("loss") == doctest::Approx(std::log(9.0)).epsilon(1e-14));
  CHECK_FALSE(metrics.find("cka_semantic")->is_defined());
  CHECK_FALSE(metrics.find("cka_semantic")->undefined.empty());
}

TEST_CASE("measure: words that are no context's label do not count among the classes") {
  auto task = std::make_shared<Task>(*make_attributes(1, 4));
  const MatrixD h = simplex(4);
  const double error = measure(embeddings_of(task, h, simplex(4))).get("nc2_etf_error_w");
  task->words = 7;
  MatrixD w = random_matrix(7, 4, 1);
  w.topRows(4) = simplex(4);
  CHECK(error < 1e-12);
  CHECK(measure(embeddings_of(task, h, w)).get("nc2_etf_error_w") < 1e-12);
}
