#include "core/metrics/class_table.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/linalg/gram.h"
#include "core/train/snapshot.h"
#include "tests/core/linalg/sample_matrices.h"

using namespace gramscope;

namespace {

/// Embeddings of samples with these labels, `words` words in all.
Embeddings labelled(const MatrixD& h, const MatrixD& w, const std::vector<int>& labels) {
  auto task = std::make_shared<Task>();
  task->contexts = h.cols();
  task->words = w.rows();
  task->labels = labels;
  task->targets.begin.push_back(0);
  for (const int label : labels) {
    task->targets.word.push_back(label);
    task->targets.probability.push_back(1.0);
    task->targets.begin.push_back(static_cast<Index>(task->targets.word.size()));
  }
  Embeddings embeddings;
  embeddings.task = task;
  embeddings.h = h;
  embeddings.w = w;
  return embeddings;
}

MatrixD rows_of(const nlohmann::json& values) {
  const auto rows = values.get<std::vector<std::vector<double>>>();
  MatrixD x(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      x(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  return x;
}

}  // namespace

TEST_CASE("class_table: its columns add up to the reference figures of the whole") {
  std::ifstream file(GRAMSCOPE_FIXTURES "/nc_metrics.json");
  const auto reference = nlohmann::json::parse(file);
  const auto& expected = reference["expected"];
  auto embeddings = labelled(rows_of(reference["H"]).transpose(), rows_of(reference["W"]),
                             reference["y"].get<std::vector<int>>());
  const auto bias = reference["b"].get<std::vector<double>>();
  embeddings.bias = Eigen::Map<const VectorD>(bias.data(), static_cast<Index>(bias.size()));
  const ClassTable table = class_table(embeddings);
  const auto k = static_cast<double>(table.rows.size());
  double misalignment = 0.0;
  double norm_sum = 0.0;
  double norm_squares = 0.0;
  double agreement = 0.0;
  double within = 0.0;
  double samples = 0.0;
  for (const auto& row : table.rows) {
    const auto n = static_cast<double>(row.samples);
    misalignment += (1.0 - row.alignment) / k;
    norm_sum += row.mean_norm;
    norm_squares += row.mean_norm * row.mean_norm;
    agreement += n * row.agreement;
    within += n * row.within;
    samples += n;
  }
  CHECK(misalignment == doctest::Approx(expected["gnc3"].get<double>()).epsilon(1e-9));
  CHECK(agreement / samples == doctest::Approx(expected["nc4_agreement"].get<double>()).epsilon(1e-9));
  CHECK((within / samples) / (norm_squares / k) ==
        doctest::Approx(expected["nc1_quotient"].get<double>()).epsilon(1e-9));
  const double spread = std::sqrt(norm_squares / k - norm_sum * norm_sum / k / k) / (norm_sum / k);
  CHECK(spread == doctest::Approx(expected["nc2_equinorm"].get<double>()).epsilon(1e-9));
}

TEST_CASE(
    "class_table: the nearest class is the largest off-diagonal cosine of class means, the first of equals") {
  const Index classes = 700;  // more than a tile of cosines
  std::vector<int> labels;
  for (int c = 0; c < classes; ++c) labels.insert(labels.end(), {2 * c, 2 * c});
  const MatrixD h = random_matrix(6, 2 * classes, 5);
  const ClassTable table = class_table(labelled(h, random_matrix(2 * classes, 6, 6), labels));
  REQUIRE(table.rows.size() == static_cast<std::size_t>(classes));
  MatrixD means(6, classes);
  for (Index c = 0; c < classes; ++c) means.col(c) = 0.5 * (h.col(2 * c) + h.col(2 * c + 1));
  MatrixD gram = cosine_gram(centre_columns(means));
  gram.diagonal().setConstant(-2.0);
  for (Index c = 0; c < classes; ++c) {
    Index nearest = 0;
    const double cosine = gram.col(c).maxCoeff(&nearest);
    CAPTURE(c);
    CHECK(table.rows[static_cast<std::size_t>(c)].nearest == nearest);
    CHECK(table.rows[static_cast<std::size_t>(c)].nearest_cosine == doctest::Approx(cosine).epsilon(1e-12));
    CHECK(table.rows[static_cast<std::size_t>(c)].label == 2 * c);
    CHECK(table.rows[static_cast<std::size_t>(c)].samples == 2);
  }
  // Three equal class means and their opposite: the first other one, not the last.
  MatrixD equal(2, 4);
  equal << 1, 1, 1, -3, 0, 0, 0, 0;
  const ClassTable ties = class_table(labelled(equal, MatrixD::Identity(4, 2), {0, 1, 2, 3}));
  CHECK(ties.rows[0].nearest == 1);
  CHECK(ties.rows[1].nearest == 0);
  CHECK(ties.rows[2].nearest == 0);
  CHECK(ties.rows[3].nearest == 0);
}

TEST_CASE("class_table: at collapse words and means are parallel, nothing varies and every sample is right") {
  constexpr Index kClasses = 4;
  MatrixD h(kClasses, 3 * kClasses);
  std::vector<int> labels;
  for (Index j = 0; j < h.cols(); ++j) {
    h.col(j) = 2.5 * simplex(kClasses).col(j % kClasses);
    labels.push_back(static_cast<int>(j % kClasses));
  }
  const ClassTable table = class_table(labelled(h, simplex(kClasses), labels));
  for (const auto& row : table.rows) {
    CHECK(row.alignment == doctest::Approx(1.0).epsilon(1e-12));
    CHECK(row.within == doctest::Approx(0.0).epsilon(1e-12));
    CHECK(row.nearest_cosine == doctest::Approx(-1.0 / (kClasses - 1)).epsilon(1e-12));
    CHECK(row.accuracy == 1.0);
    CHECK(row.agreement == 1.0);
  }
  CHECK(table.no_within.empty());
}

TEST_CASE("class_table: a label whose samples go wrong says what share of them") {
  MatrixD h(2, 4);
  h << 1, 1, -1, -1, 0.2, -0.2, 0.2, -0.2;
  // Word 0 is chosen where x > 0, and word 1 elsewhere; the second sample of label 1 lies on the wrong side.
  MatrixD w(2, 2);
  w << 1, 0, -1, 0;
  const ClassTable table = class_table(labelled(h, w, {0, 1, 1, 1}));
  CHECK(table.rows[0].accuracy == 1.0);
  CHECK(table.rows[1].accuracy == 2.0 / 3.0);
}

TEST_CASE("class_table: columns that do not exist say why") {
  const MatrixD h = random_matrix(3, 4, 1);
  SUBCASE("one context for each label") {
    const ClassTable table = class_table(labelled(h, random_matrix(4, 3, 2), {0, 1, 2, 3}));
    CHECK(table.no_within == "Every context has its own label: nothing varies within a class.");
    CHECK_FALSE(table.no_agreement.empty());
    CHECK(table.no_accuracy.empty());
    CHECK(std::isnan(table.rows[0].within));
    CHECK_FALSE(std::isnan(table.rows[0].accuracy));
  }
  SUBCASE("several next words") {
    auto embeddings = labelled(h, random_matrix(4, 3, 2), {0, 1, 2, 3});
    auto task = std::make_shared<Task>(*embeddings.task);
    task->labels.clear();
    embeddings.task = task;
    const ClassTable table = class_table(embeddings);
    CHECK(table.is_by_context);
    CHECK(table.rows.size() == 4);
    CHECK(std::isnan(table.rows[0].word_norm));
    CHECK_FALSE(table.no_words.empty());
    CHECK(table.no_accuracy.empty());
  }
  SUBCASE("nothing known but the embeddings") {
    Embeddings embeddings;
    auto task = std::make_shared<Task>();
    task->contexts = 4;
    embeddings.task = task;
    embeddings.h = h;
    embeddings.w = MatrixD(0, 3);
    const ClassTable table = class_table(embeddings);
    CHECK(table.rows.size() == 4);
    CHECK_FALSE(table.no_accuracy.empty());
    CHECK_FALSE(table.no_words.empty());
    CHECK(table.no_nearest.empty());
  }
  SUBCASE("labels without words") {
    auto embeddings = labelled(h, MatrixD(0, 3), {5, 5, 7, 7});
    const ClassTable table = class_table(embeddings);
    CHECK(table.rows.size() == 2);
    CHECK_FALSE(table.no_words.empty());
    CHECK_FALSE(table.no_accuracy.empty());
    CHECK(table.no_within.empty());
  }
  SUBCASE("a single class") {
    const ClassTable table = class_table(labelled(h, random_matrix(4, 3, 2), {2, 2, 2, 2}));
    CHECK(table.rows[0].nearest == -1);
    CHECK_FALSE(table.no_nearest.empty());
  }
}
