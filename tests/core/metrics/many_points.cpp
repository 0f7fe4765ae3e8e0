// Metrics of more points than their n×n matrices allow: the same values by other roads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/linalg/gram.h"
#include "core/metrics/alignment.h"
#include "core/metrics/measure.h"
#include "core/metrics/neural_collapse.h"
#include "core/tasks/corpus.h"
#include "core/train/analysis.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

TEST_CASE("cka_with_identity_of_columns: the value of the Gram matrix") {
  for (const auto& [rows, cols] : {std::pair<Index, Index>{3, 40}, {40, 40}, {40, 7}, {1, 2}}) {
    const MatrixD x = centre_columns(random_matrix(rows, cols, 5));
    CHECK(cka_with_identity_of_columns(x) ==
          doctest::Approx(cka_with_identity(x.transpose() * x)).epsilon(1e-12));
  }
  CHECK(std::isnan(cka_with_identity_of_columns(MatrixD::Zero(3, 5))));
}

TEST_CASE("nc2: in parts, the values of the whole matrix of cosines") {
  const Index k = 2500;
  const MatrixD x = centre_columns(random_matrix(6, k, 7));
  const MatrixD cosines = cosine_gram(x);
  double sum = 0.0;
  double squares = 0.0;
  double distance = 0.0;
  const double pairs = 0.5 * static_cast<double>(k) * static_cast<double>(k - 1);
  for (Index b = 0; b < k; ++b) {
    for (Index a = 0; a < b; ++a) {
      sum += cosines(a, b);
      squares += cosines(a, b) * cosines(a, b);
      distance += std::abs(cosines(a, b) + 1.0 / static_cast<double>(k - 1));
    }
  }
  const double mean = sum / pairs;
  CHECK(nc2_equiangular(x) == doctest::Approx(std::sqrt(squares / pairs - mean * mean)).epsilon(1e-10));
  CHECK(nc2_max_angle(x) == doctest::Approx(distance / pairs).epsilon(1e-12));
  MatrixD gram = x.transpose() * x;
  gram /= gram.norm();
  const double scale = 1.0 / std::sqrt(static_cast<double>(k - 1));
  gram.array() += scale / static_cast<double>(k);
  gram.diagonal().array() -= scale;
  CHECK(nc2_etf_error(x) == doctest::Approx(gram.norm()).epsilon(1e-12));
}

TEST_CASE("measure and Analysis: tens of thousands of contexts without a matrix over their pairs") {
  const TemporaryDirectory directory;
  Random random(11);
  std::string text;
  for (int i = 0; i < 40'000; ++i) text.append("w").append(std::to_string(random.below(400))).append(" ");
  put(directory / "text.txt", text);
  Embeddings embeddings;
  embeddings.task = make_corpus({.path = (directory / "text.txt").string(), .context = 2});
  const Task& task = *embeddings.task;
  REQUIRE(task.contexts > 30'000);
  embeddings.h = random_matrix(4, task.contexts, 1);
  embeddings.w = random_matrix(task.words, 4, 2);
  const auto metrics = measure(embeddings);
  CHECK(metrics.get("cka_symmetric") ==
        doctest::Approx(cka_with_identity_of_columns(centre_columns(embeddings.h))));

  // The loss, and how often the largest logit is possible, by the definition and one context at a time.
  double loss = 0.0;
  double accuracy = 0.0;
  for (Index j = 0; j < task.contexts; ++j) {
    const VectorD logits = embeddings.w * embeddings.h.col(j);
    Index best = 0;
    const double top = logits.maxCoeff(&best);
    const double log_total = top + std::log((logits.array() - top).exp().sum());
    for (Index e = task.targets.begin[static_cast<std::size_t>(j)];
         e < task.targets.begin[static_cast<std::size_t>(j) + 1]; ++e) {
      const auto at = static_cast<std::size_t>(e);
      loss += task.weight(j) * task.targets.probability[at] * (log_total - logits(task.targets.word[at]));
      if (task.targets.word[at] == best) accuracy += task.weight(j);
    }
  }
  CHECK(metrics.get("loss") == doctest::Approx(loss).epsilon(1e-12));
  CHECK(metrics.get("accuracy") == doctest::Approx(accuracy).epsilon(1e-12));

  const auto snapshot = Analysis()(std::make_shared<const Embeddings>(embeddings));
  CHECK(snapshot->block == gram_block(task.contexts));
  CHECK(snapshot->gram_h.rows() == (task.contexts + snapshot->block - 1) / snapshot->block);
  CHECK(snapshot->gram_h.rows() <= kMostGramRows);
  CHECK(snapshot->word_block == 1);
  CHECK(snapshot->gram_w.rows() == task.words);
  CHECK(symmetric_target(task).rows() == snapshot->gram_h.rows());
}
