// What is measured of arrays that lack something, or are degenerate: numbers where there are any, and a reason for the others.
#include <doctest/doctest.h>

#include <limits>
#include <stop_token>

#include "core/metrics/measure.h"
#include "core/metrics/metric_list.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/metrics/sample_recording.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

const std::vector<int> kPairs{0, 0, 1, 1, 2, 2, 3, 3};
const std::vector<int> kOwn{0, 1, 2, 3, 4, 5, 6, 7};

std::string reason(const Metrics& metrics, const std::string& key) {
  const auto* value = metrics.find(key);
  REQUIRE(value != nullptr);
  CHECK(std::isnan(value->value) == !value->undefined.empty());
  return value->undefined;
}

void check_reasons(const Metrics& metrics, const std::string& expected, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    CAPTURE(key);
    CHECK(reason(metrics, key) == expected);
  }
}

Metrics measured(const std::vector<int>& labels, const MatrixD& h, const MatrixD& w = {},
                 const std::vector<std::pair<std::string, std::vector<int>>>& factors = {}) {
  return measure(recorded(recorded_task(h.cols(), w.rows(), labels, factors), h, w));
}

const std::vector<std::string> kOfWords{"loss",           "loss_excess",       "objective",        "accuracy",
                                        "norm_w",         "nc2_equinorm_w",    "nc2_max_angle_w",  "nc2_equiangular_w",
                                        "nc2_etf_error_w", "nc3_self_duality", "nc3_dual_etf",     "gnc3",
                                        "nc4_agreement",  "pf_error",          "share_max_margin", "mode_1"};
const std::vector<std::string> kOfClasses{"nc1_pinv",        "nc1_quotient",  "nc1_cdnv",          "nc2_equinorm",
                                          "nc2_equiangular", "nc2_max_angle", "nc2_etf_error",     "gnc2_log",
                                          "nc2_equinorm_w",  "gnc3",          "nc3_self_duality",  "nc3_dual_etf",
                                          "nc4_agreement",   "nc2_max_angle_w", "nc2_equiangular_w", "nc2_etf_error_w"};

}  // namespace

TEST_CASE("measure: without W or labels what needs them says so, and every metric is still listed") {
  const MatrixD h = random_matrix(5, 8, 1);
  const Metrics without_w = measured(kPairs, h);
  check_reasons(without_w, "there is no W (word or class embeddings)", kOfWords);
  for (const char* key : {"nc1_pinv", "nc2_etf_error", "gnc2_log", "effective_rank", "loss_floor", "norm_h"})
    CHECK(reason(without_w, key).empty());

  const Metrics without_labels = measured({}, h, random_matrix(4, 5, 2));
  check_reasons(without_labels, "there are no labels", kOfClasses);
  check_reasons(without_labels, "there are no labels", {"loss", "loss_floor", "accuracy", "objective", "nuclear_ratio"});
  for (const char* key : {"cka_symmetric", "effective_rank", "norm_w", "norm_h"})
    CHECK(reason(without_labels, key).empty());

  const Metrics bare = measured({}, h);
  for (const auto& entry : metric_entries())
    if (!entry.is_prefix) CHECK(bare.find(entry.key) != nullptr);
}

TEST_CASE("measure: the bias counts for the loss, the accuracy, nc4_agreement and the theory's logits") {
  const MatrixD h = random_matrix(3, 8, 3);
  const MatrixD w = random_matrix(4, 3, 4);
  VectorD bias(4);
  bias << 0.5, -1.0, 2.0, 0.25;
  const auto task = recorded_task(8, 4, kPairs);
  MatrixD longer_w(4, 4);
  longer_w << w, bias;
  MatrixD longer_h(4, 8);
  longer_h << h, MatrixD::Ones(1, 8);
  const Metrics with_bias = measure(recorded(task, h, w, bias));
  const Metrics longer = measure(recorded(task, longer_h, longer_w));
  for (const char* key : {"loss", "accuracy", "objective", "nc4_agreement", "subspace_same", "subspace_other"})
    CHECK(with_bias.get(key) == doctest::Approx(longer.get(key)).epsilon(1e-13));
  CHECK(with_bias.get("loss") != doctest::Approx(measure(recorded(task, h, w)).get("loss")).epsilon(1e-3));
  // A word that the bias puts before all others, and that is no class, is agreed with by nobody.
  MatrixD more_words(5, 3);
  more_words << w, MatrixD::Zero(1, 3);
  VectorD more_bias(5);
  more_bias << bias, 1e3;
  CHECK(measure(recorded(recorded_task(8, 5, kPairs), h, more_words, more_bias)).get("nc4_agreement") == 0.0);
}

TEST_CASE("measure: degenerate classes, each with its own reason") {
  const MatrixD h = random_matrix(5, 8, 1);
  const MatrixD w = random_matrix(8, 5, 2);
  const Metrics own = measured(kOwn, h, w);
  check_reasons(own, "every context has its own label: nothing varies within a class", {"nc1_pinv", "nc1_quotient", "nc1_cdnv"});
  CHECK(reason(own, "nc4_agreement") == "every context has its own label and is its own class mean");
  CHECK(reason(own, "nc2_etf_error").empty());
  check_reasons(measured(std::vector<int>(8, 3), h, w), "there is only one class", kOfClasses);

  MatrixD at_mean = h;
  at_mean.rightCols(2) << h.leftCols(6).rowwise().mean(), h.leftCols(6).rowwise().mean();
  const Metrics zero = measured(kPairs, at_mean, w);
  check_reasons(zero, "a class mean equals the global mean and has no direction",
                {"nc2_equinorm", "nc2_equiangular", "nc2_max_angle", "gnc2_log", "gnc3"});
  for (const char* key : {"nc2_etf_error", "nc1_pinv", "nc1_cdnv", "nc3_self_duality", "nc4_agreement", "cka_symmetric"})
    CHECK(reason(zero, key).empty());

  MatrixD pair = h;
  pair.middleCols(2, 2) = h.leftCols(2).rowwise().reverse();
  const Metrics equal = measured(kPairs, pair, w);
  CHECK(reason(equal, "nc1_cdnv") == "two class means are equal");
  CHECK(reason(equal, "gnc2_log") == "two class means have the same direction");
  CHECK(reason(equal, "nc1_pinv").empty());

  MatrixD mirrored = h;
  for (Index j = 0; j < 8; j += 2) mirrored.col(j + 1) = -h.col(j);
  check_reasons(measured(kPairs, mirrored, w), "all class means are equal",
                {"nc1_pinv", "nc2_equinorm", "nc2_etf_error", "cka_symmetric", "nc3_self_duality", "gnc3"});

  const Metrics no_words = measured(kPairs, h, MatrixD::Zero(4, 5));
  check_reasons(no_words, "a word embedding is zero", {"nc2_equinorm_w", "nc2_equiangular_w", "gnc3"});
  check_reasons(no_words, "all word embeddings are zero", {"nc2_etf_error_w", "nc3_self_duality", "nc3_dual_etf"});
}

TEST_CASE("measure: degenerate points and factors, each with its own reason") {
  const MatrixD h = random_matrix(5, 8, 1);
  const Metrics one = measured({}, h.leftCols(1), {}, {{"a", {0}}, {"b", {1}}});
  check_reasons(one, "there is only one context", {"effective_rank", "cka_symmetric", "cka_semantic", "energy_1"});
  CHECK(reason(one, "purity_a") == "there are no two contexts");
  const Metrics equal = measured({}, VectorD::Constant(5, 0.1).replicate(1, 8), {}, {{"a", kPairs}, {"b", {0, 1, 0, 1, 0, 1, 0, 1}}});
  check_reasons(equal, "all context embeddings are equal",
                {"effective_rank", "participation_ratio", "explained_variance_3", "cka_symmetric", "cka_semantic", "contrast_a",
                 "purity_b", "silhouette_a", "energy_1"});
  const Metrics factors = measured({}, h, {}, {{"own", kOwn}, {"same", std::vector<int>(8, 0)}});
  check_reasons(factors, "no two contexts share a value", {"contrast_own", "purity_own", "silhouette_own"});
  check_reasons(factors, "all contexts share one value", {"contrast_same", "purity_same", "silhouette_same"});
  CHECK(factors.get("energy_1") == doctest::Approx(1.0));
  CHECK(factors.find("energy_2") == nullptr);
  CHECK(reason(measured({}, h, {}, {{"a", kPairs}}), "cka_semantic") == "with one factor the labels already say all that it says");
  CHECK(reason(measured({}, h, {}, {{"a", kPairs}, {"b", kPairs}}), "energy_1") ==
        "the factors are not fully crossed: not every combination of values has equally many points");
  CHECK(reason(measured({}, h), "energy_1") == "the task has no latent factors");
  CHECK(reason(measured({}, h, {}, {{"a", std::vector<int>(8, 0)}, {"b", std::vector<int>(8, 0)}}), "cka_semantic") ==
        "all contexts share all values");
  const Metrics within = measured(kPairs, h, {}, {{"a", {0, 1, 0, 1, 0, 1, 0, 1}}, {"b", {0, 0, 0, 0, 1, 1, 1, 1}}});
  check_reasons(within, "contexts of one label differ in a: leave the labels out to compare contexts",
                {"cka_semantic", "contrast_a", "purity_a", "silhouette_a", "energy_1"});
  for (const char* key : {"cka_symmetric", "contrast_b", "purity_b", "silhouette_b"}) CHECK(reason(within, key).empty());
}

TEST_CASE("measure: numbers beyond squaring and numbers that are none have reasons, not values") {
  const MatrixD h = random_matrix(3, 8, 1);
  const MatrixD w = random_matrix(4, 3, 2);
  const std::vector<std::pair<std::string, std::vector<int>>> factors{{"a", {0, 0, 0, 0, 1, 1, 1, 1}}};
  MatrixD broken = h;
  broken(1, 5) = std::numeric_limits<double>::quiet_NaN();
  CHECK(reason(measured(kPairs, broken, w, factors), "nc2_etf_error") == "the context embeddings are not finite");
  CHECK(reason(measured(kPairs, broken, w, factors), "effective_rank") == "the context embeddings are not finite");
  CHECK(reason(measured(kPairs, broken, w, factors), "loss") == "the logits overflow");
  CHECK(reason(measured(kPairs, 1e200 * h, w, factors), "nc1_pinv") ==
        "the context embeddings are so large that their squares overflow");
  CHECK(reason(measured(kPairs, 1e-200 * h, w, factors), "purity_a") ==
        "the context embeddings are so small that their squares vanish");
  CHECK(reason(measured(kPairs, h, 1e200 * w, factors), "gnc3") ==
        "the word embeddings are so large that their squares overflow");
}

TEST_CASE("measure: rows of W that no context has as its label change nothing but the prediction") {
  const MatrixD h = random_matrix(5, 8, 1);
  const MatrixD w = random_matrix(4, 5, 2);
  MatrixD more(7, 5);
  more << w.topRows(2), random_matrix(3, 5, 3), w.bottomRows(2);
  const Metrics all = measured(kPairs, h, w);
  const Metrics some = measured({0, 0, 1, 1, 5, 5, 6, 6}, h, more);
  for (const char* key : {"nc1_pinv", "nc2_etf_error", "nc2_etf_error_w", "nc2_equiangular_w", "nc3_dual_etf", "gnc3",
                          "nc3_self_duality", "gnc2_log"})
    CHECK(some.get(key) == all.get(key));
}

TEST_CASE("measure: a preview leaves out what takes longer than a moment, and a stop is heeded") {
  const Index n = 1600;
  const MatrixD h = random_matrix(64, n, 1);
  std::vector<int> value(static_cast<std::size_t>(n));
  for (std::size_t j = 0; j < value.size(); ++j) value[j] = static_cast<int>(j % 5);
  const auto embeddings = recorded(recorded_task(n, 0, {}, {{"a", value}}), h);
  const Metrics preview = measure(embeddings, MeasureDepth::preview);
  CHECK(reason(preview, "purity_a") == "computed at recorded steps only");
  CHECK(reason(preview, "effective_rank").empty());
  std::stop_source stop;
  double last = 0.0;
  const TaskWork work{[&](double share, std::string_view) {
                        CHECK(share >= last);
                        CHECK(share <= 1.0);
                        last = share;
                        if (share > 0.2) stop.request_stop();
                      },
                      stop.get_token()};
  CHECK_THROWS_AS(measure(embeddings, MeasureDepth::record, work), Cancelled);
  CHECK(last > 0.2);
}
