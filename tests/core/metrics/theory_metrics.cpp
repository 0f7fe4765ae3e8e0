#include "core/metrics/theory_metrics.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "core/linalg/gram.h"
#include "core/tasks/attributes.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/theory/random_task.h"

namespace gramscope {

namespace {

MatrixD matrix_of(const nlohmann::json& rows) {
  MatrixD x(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) x(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<double>();
  return x;
}

std::shared_ptr<const Task> task_of(const nlohmann::json& each) {
  auto task = std::make_shared<Task>();
  task->words = each["V"].get<Index>();
  task->contexts = static_cast<Index>(each["support"].size());
  task->targets.begin.push_back(0);
  for (std::size_t j = 0; j < each["support"].size(); ++j) {
    for (const auto& word : each["support"][j]) task->targets.word.push_back(word.get<Index>());
    for (const auto& probability : each["P"][j]) task->targets.probability.push_back(probability.get<double>());
    task->targets.begin.push_back(static_cast<Index>(task->targets.word.size()));
  }
  task->weight = VectorD::Constant(task->contexts, 1.0 / static_cast<double>(task->contexts));
  complete(*task);
  return task;
}

Embeddings embeddings_of(std::shared_ptr<const Task> task, MatrixD w, MatrixD h) {
  Embeddings embeddings;
  embeddings.theory = make_task_theory(task);
  embeddings.task = std::move(task);
  embeddings.w = std::move(w);
  embeddings.h = std::move(h);
  return embeddings;
}

/// Lets a matrix stand for L_mm.
void compare_with(Embeddings& embeddings, const MatrixD& logits) {
  MaxMargin solution;
  solution.logits = logits;
  solution.nuclear_norm = nuclear_norm(logits);
  embeddings.max_margin = make_max_margin_theory(embeddings.task, solution, 0.0);
}

Embeddings random_embeddings(Index words, Index contexts, Index d, std::uint64_t seed) {
  return embeddings_of(random_task(words, contexts, 4, seed), random_matrix(words, d, seed), random_matrix(d, contexts, seed + 1));
}

bool are_same_bits(const MetricValue& a, const MetricValue& b) {
  return a.key == b.key && a.undefined == b.undefined && std::memcmp(&a.value, &b.value, sizeof a.value) == 0;
}

}  // namespace

TEST_CASE("theory metrics: NumPy's values from the definitions") {
  std::ifstream file(GRAMSCOPE_FIXTURES "/theory_metrics.json");
  const auto fixture = nlohmann::json::parse(file);
  REQUIRE(fixture["cases"].size() >= 20);
  int ratios = 0;
  int with_modes = 0;
  for (const auto& each : fixture["cases"]) {
    CAPTURE(each["name"].get<std::string>());
    auto embeddings = embeddings_of(task_of(each), matrix_of(each["W"]), matrix_of(each["H"]));
    compare_with(embeddings, matrix_of(each["L_mm"]));
    const Metrics metrics = measure(embeddings);
    for (const auto& [key, expected] : each["expected"].items()) {
      CAPTURE(key);
      const auto* value = metrics.find(key);
      REQUIRE(value != nullptr);
      CHECK(value->is_defined() == !expected.is_null());
      if (expected.is_null()) continue;
      CHECK(std::abs(value->value - expected.get<double>()) <= 1e-9 * std::max(1.0, std::abs(expected.get<double>())));
      ratios += key == "nuclear_ratio" ? 1 : 0;
    }
    if (each["modes"].is_null()) continue;
    ++with_modes;
    const auto& groups = embeddings.theory->modes.groups;
    REQUIRE(groups.size() == each["modes"].size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      CHECK(groups[i].count() == 1);
      CHECK(groups[i].singular_value == doctest::Approx(each["modes"][i]["sigma"].get<double>()).epsilon(1e-11));
      const double expected = each["modes"][i]["value"];
      CHECK(std::abs(metrics.get("mode_" + std::to_string(i + 1)) - expected) <= 1e-8 * std::max(1.0, std::abs(expected)));
    }
  }
  CHECK(ratios >= 4);
  CHECK(with_modes >= 8);
}

TEST_CASE("theory metrics: one-hot labels at the simplex are where the theory says") {
  const auto task = make_attributes(3, 3);
  auto embeddings = embeddings_of(task, 3.0 * simplex(27), simplex(27));
  compare_with(embeddings, simplex(27));
  const Metrics metrics = measure(embeddings);
  for (const char* key : {"nuclear_ratio", "sim_h_proxy", "sim_w_proxy", "sim_h_mm", "sim_w_mm", "share_max_margin"}) {
    CAPTURE(key);
    CHECK(metrics.get(key) == doctest::Approx(1.0).epsilon(1e-13));
  }
  CHECK(metrics.get("pf_error") == 0.0);
  CHECK(metrics.get("share_in_support") == 0.0);
  CHECK(metrics.find("subspace_same")->undefined == "no two contexts have the same support and a direction");
  CHECK(metrics.get("subspace_other") == doctest::Approx(-1.0 / 26.0).epsilon(1e-12));
  // L = 3 (I - 11^T/27), and u_i = v_i there.
  CHECK(metrics.get("mode_1") == doctest::Approx(3.0).epsilon(1e-12));
  CHECK(metrics.get("mode_2") == doctest::Approx(3.0).epsilon(1e-12));
  CHECK(metrics.find("mode_3") == nullptr);
}

TEST_CASE("theory metrics: at L_in + R L_mm of a solved task everything is at its limit") {
  const auto task = random_task(7, 18, 3, 21);
  const auto theory = make_task_theory(task);
  const auto solution = solve_max_margin(theory->supports, {.relative_gap = 1e-9});
  const double scale = 50.0;
  const MatrixD logits = in_support_logits(task->targets, 7) + scale * solution.logits;
  const auto svd = thin_svd(logits);
  const VectorD root = svd.s.cwiseSqrt();
  auto embeddings = embeddings_of(task, svd.u * root.asDiagonal(), root.asDiagonal() * svd.v.transpose());
  embeddings.max_margin = make_max_margin_theory(task, solution, 0.0);
  const Metrics metrics = measure(embeddings);
  CHECK(metrics.get("pf_error") < 1e-12);
  CHECK(metrics.get("nuclear_ratio") == doctest::Approx(1.0).epsilon(1e-6));
  CHECK(metrics.get("subspace_same") == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(metrics.get("subspace_other") < 0.9);
  const double outside = scale * scale * solution.logits.squaredNorm();
  const double inside = embeddings.theory->in_support_norm * embeddings.theory->in_support_norm;
  CHECK(metrics.get("share_in_support") == doctest::Approx(inside / (inside + outside)).epsilon(1e-11));
  CHECK(metrics.get("share_max_margin") == doctest::Approx(outside / (inside + outside)).epsilon(1e-11));
}

TEST_CASE("theory metrics: turning, and shifting length between W and H, changes nothing but rounding") {
  auto embeddings = random_embeddings(9, 25, 6, 3);
  compare_with(embeddings, solve_max_margin(embeddings.theory->supports).logits);
  const Metrics before = measure(embeddings);
  const MatrixD q = random_rotation(6, 8);
  embeddings.w = 10.0 * embeddings.w * q;
  embeddings.h = 0.1 * q.transpose() * embeddings.h;
  const Metrics after = measure(embeddings);
  Metrics section;
  add_theory_metrics(section, embeddings, *embeddings.theory, MeasureDepth::record);
  for (const auto& value : section.values()) {
    CAPTURE(value.key);
    CHECK(after.find(value.key)->is_defined() == before.find(value.key)->is_defined());
    if (value.is_defined()) CHECK(after.get(value.key) == doctest::Approx(before.get(value.key)).epsilon(1e-11));
  }
}

TEST_CASE("read_logits: equal columns over equal supports are one direction, whatever their lengths") {
  const auto task = random_task(8, 24, 3, 5);
  const auto theory = make_task_theory(task);
  const MatrixD w = random_matrix(8, 5, 1);
  MatrixD h = random_matrix(5, 24, 2);
  for (Index j = 0; j < 24; ++j) {
    const auto a = theory->supports.of_context[static_cast<std::size_t>(j)];
    for (Index k = 0; k < j; ++k)
      if (theory->supports.of_context[static_cast<std::size_t>(k)] == a) h.col(j) = (1.0 + 0.1 * static_cast<double>(j)) * h.col(k);
  }
  CHECK(read_logits(*task, theory->supports, w, h).same_support_cosine == doctest::Approx(1.0).epsilon(1e-13));
}

TEST_CASE("read_logits: contexts without logits have no direction and leave the others alone") {
  const auto task = random_task(8, 24, 3, 5);
  const auto theory = make_task_theory(task);
  const MatrixD w = random_matrix(8, 5, 1);
  MatrixD h = random_matrix(5, 24, 2);
  h.col(4).setZero();
  h.col(11).setZero();
  const auto reading = read_logits(*task, theory->supports, w, h);
  MatrixD outside = w * h;
  outside -= project_on_supports(outside, theory->supports);
  double same = 0.0;
  double other = 0.0;
  int same_pairs = 0;
  int other_pairs = 0;
  for (Index j = 0; j < 24; ++j)
    for (Index k = 0; k < j; ++k) {
      if (j == 4 || j == 11 || k == 4 || k == 11) continue;
      const double cosine = outside.col(j).normalized().dot(outside.col(k).normalized());
      const bool is_same = theory->supports.of_context[static_cast<std::size_t>(j)] ==
                           theory->supports.of_context[static_cast<std::size_t>(k)];
      (is_same ? same : other) += cosine;
      ++(is_same ? same_pairs : other_pairs);
    }
  CHECK(reading.same_support_cosine == doctest::Approx(same / same_pairs).epsilon(1e-11));
  CHECK(reading.other_support_cosine == doctest::Approx(other / other_pairs).epsilon(1e-11));
}

TEST_CASE("smallest_margin: the same whatever the logits formed at a time") {
  const auto embeddings = random_embeddings(12, 40, 7, 9);
  const auto& supports = embeddings.theory->supports;
  const double margin = smallest_margin(supports, embeddings.w, embeddings.h);
  for (const Index most : {1, 12, 13, 24, 100, 479, 480, 100'000})
    CHECK(std::abs(smallest_margin(supports, embeddings.w, embeddings.h, most) - margin) <= 1e-12 * std::abs(margin));
}

TEST_CASE("outside_nuclear_norm: the triangular factors of one-hot labels give what the whole matrix gives") {
  for (const auto& [words, contexts, d] : {std::array<Index, 3>{9, 30, 4}, {30, 9, 4}, {6, 7, 12}}) {
    std::vector<std::vector<Index>> lists;
    for (Index j = 0; j < contexts; ++j) lists.push_back({j % words});
    const auto supports = supports_of(lists, words);
    const MatrixD w = random_matrix(words, d, 1);
    const MatrixD h = random_matrix(d, contexts, 2);
    CHECK(outside_nuclear_norm(supports, w, h) == doctest::Approx(thin_svd(w * h).s.sum()).epsilon(1e-13));
  }
}

TEST_CASE("theory metrics: a step completed by L_mm later has the bits of one that was measured with it") {
  auto embeddings = random_embeddings(9, 25, 6, 3);
  Metrics completed = measure(embeddings);
  for (const char* key : {"nuclear_ratio", "sim_h_mm", "sim_w_mm", "share_max_margin"})
    CHECK(completed.find(key)->undefined == embeddings.max_margin_missing);
  compare_with(embeddings, solve_max_margin(embeddings.theory->supports).logits);
  const Metrics at_once = measure(embeddings);
  const Metrics additions = measure_max_margin(embeddings);
  CHECK(additions.values().size() == 4);
  for (const auto& value : additions.values()) completed.replace(value);
  REQUIRE(completed.values().size() == at_once.values().size());
  for (std::size_t i = 0; i < at_once.values().size(); ++i) {
    CAPTURE(at_once.values()[i].key);
    CHECK(are_same_bits(completed.values()[i], at_once.values()[i]));
  }
  Embeddings without_theory = embeddings;
  without_theory.theory = nullptr;
  const Metrics made = measure(without_theory);
  for (std::size_t i = 0; i < at_once.values().size(); ++i) CHECK(are_same_bits(made.values()[i], at_once.values()[i]));
}

TEST_CASE("theory metrics: a preview leaves out a nuclear ratio that takes long, and nothing else") {
  auto embeddings = random_embeddings(200, 300, 8, 3);
  compare_with(embeddings, support_proxy(embeddings.theory->supports));
  const Metrics preview = measure(embeddings, MeasureDepth::preview);
  const Metrics record = measure(embeddings);
  CHECK(preview.find("nuclear_ratio")->undefined == "computed at recorded steps only");
  for (std::size_t i = 0; i < record.values().size(); ++i)
    if (record.values()[i].key != "nuclear_ratio") CHECK(are_same_bits(preview.values()[i], record.values()[i]));
}

TEST_CASE("theory metrics: logits too many to decompose are not decomposed, and one-hot labels never are") {
  const auto ratio = [](const std::shared_ptr<const Task>& task, const MatrixD& w, const MatrixD& h) {
    auto embeddings = embeddings_of(task, w, h);
    auto theory = std::make_shared<MaxMarginTheory>();
    theory->solution.logits = MatrixD::Zero(task->words, task->contexts);
    theory->solution.nuclear_norm = 1.0;
    theory->factors = {MatrixD::Zero(task->words, 1), MatrixD::Zero(1, task->contexts)};
    theory->contexts = PredictedGeometry(theory->factors.h);
    theory->words = PredictedGeometry(theory->factors.w.transpose());
    embeddings.max_margin = theory;
    return *measure(embeddings).find("nuclear_ratio");
  };
  const Index n = 1300;
  CHECK(ratio(random_task(n, n, 2, 1), random_matrix(n, 2, 1), random_matrix(2, n, 2)).undefined ==
        "1300×1300 logits take too long to decompose");
  // Points on a circle, each its own word's: a margin of 1 - cos(2 pi/n), singular values n/2 and n/2.
  MatrixD circle(2, n);
  const double angle = 2.0 * std::numbers::pi / static_cast<double>(n);
  for (Index j = 0; j < n; ++j)
    circle.col(j) << std::cos(angle * static_cast<double>(j)), std::sin(angle * static_cast<double>(j));
  const auto found = ratio(one_word_each(n), circle.transpose(), circle);
  CHECK(found.value == doctest::Approx(static_cast<double>(n) / (1.0 - std::cos(angle))).epsilon(1e-9));
}

TEST_CASE("theory metrics: what does not exist comes with its reason") {
  const auto reason = [](const Embeddings& embeddings, const char* key) { return measure(embeddings).find(key)->undefined; };
  auto embeddings = random_embeddings(9, 25, 6, 3);
  compare_with(embeddings, solve_max_margin(embeddings.theory->supports).logits);
  CHECK(reason(embeddings, "nuclear_ratio") == "the margin is not positive yet");

  auto zero = embeddings;
  zero.h.setZero();
  CHECK(reason(zero, "sim_h_proxy") == "an embedding is zero and has no direction");
  CHECK(reason(zero, "sim_h_mm") == "an embedding is zero and has no direction");
  CHECK(reason(zero, "sim_w_mm").empty());
  CHECK(reason(zero, "share_in_support") == "all logits are zero, or they overflow");
  CHECK(reason(zero, "share_max_margin") == "all logits are zero, or they overflow");
  CHECK(reason(zero, "subspace_same").find("direction") != std::string::npos);
  CHECK(measure(zero).get("pf_error") == doctest::Approx(1.0).epsilon(1e-13));

  auto overflow = embeddings;
  overflow.h(2, 3) = std::numeric_limits<double>::infinity();
  for (const char* key : {"pf_error", "nuclear_ratio", "subspace_same", "subspace_other", "mode_1"}) {
    CAPTURE(key);
    CHECK(reason(overflow, key) == "the logits overflow");
  }

  auto full = std::make_shared<Task>();
  full->words = 2;
  full->contexts = 3;
  full->targets = {{0, 2, 4, 6}, {0, 1, 0, 1, 0, 1}, {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}};
  full->weight = VectorD::Constant(3, 1.0 / 3.0);
  complete(*full);
  auto any_word = embeddings_of(full, random_matrix(2, 2, 1), random_matrix(2, 3, 2));
  compare_with(any_word, MatrixD::Zero(2, 3));
  for (const char* key : {"nuclear_ratio", "sim_h_mm", "sim_w_mm", "share_max_margin"})
    CHECK(reason(any_word, key) == "every word can follow every context: L_mm is 0");
  CHECK(reason(any_word, "sim_h_proxy") == "every word can follow every context: the proxy is 0");
  CHECK(reason(any_word, "mode_1").find("nothing is to be learned") != std::string::npos);
  CHECK_THROWS_AS(make_max_margin_theory(full, MaxMargin{}, 0.0), std::exception);
}

}  // namespace gramscope
