#include "core/metrics/class_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "core/linalg/gram.h"
#include "core/linalg/pair_cosines.h"
#include "core/metrics/class_means.h"
#include "core/train/snapshot.h"

namespace gramscope {

namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// Scores (words or classes by contexts) computed at a time.
constexpr Index kMostTableScores = Index{1} << 22;

/// The moment that rows are read off.
struct TableSource {
  const Embeddings& embeddings;
  const Task& task;
  ClassMeans classes;
  MatrixD centred;  ///< d×K: m_c
};

void add_norms(ClassTable& table, const TableSource& source) {
  const auto& first = source.classes.first_context;
  const MatrixD& w = source.embeddings.w;
  for (std::size_t c = 0; c < first.size(); ++c) {
    ClassRow row;
    row.label = table.is_by_context ? static_cast<int>(first[c])
                                    : source.task.labels[static_cast<std::size_t>(first[c])];
    const auto mean = source.centred.col(static_cast<Index>(c));
    row.mean_norm = mean.stableNorm();
    row.word_norm = row.alignment = kNoNumber;
    if (table.no_words.empty() && row.label < w.rows()) {
      row.word_norm = w.row(row.label).stableNorm();
      if (row.word_norm > 0.0 && row.mean_norm > 0.0)
        row.alignment =
            std::clamp((w.row(row.label) / row.word_norm).dot(mean.transpose() / row.mean_norm), -1.0, 1.0);
    }
    row.within = row.nearest_cosine = row.accuracy = row.agreement = kNoNumber;
    table.rows.push_back(row);
  }
  for (const Index c : source.classes.class_of) ++table.rows[static_cast<std::size_t>(c)].samples;
}

void add_within(ClassTable& table, const TableSource& source) {
  if (!table.no_within.empty()) return;
  for (auto& row : table.rows) row.within = 0.0;
  for (std::size_t j = 0; j < source.classes.class_of.size(); ++j) {
    const Index c = source.classes.class_of[j];
    auto& row = table.rows[static_cast<std::size_t>(c)];
    row.within +=
        (source.embeddings.h.col(static_cast<Index>(j)) - source.classes.means.col(c)).squaredNorm() /
        static_cast<double>(row.samples);
  }
}

void add_nearest(ClassTable& table, const TableSource& source) {
  if (!table.no_nearest.empty()) return;
  for_each_pair_cosine(unit_columns(source.centred), [&](Index a, Index b, double cosine) {
    if (std::isnan(cosine)) return;
    const auto offer = [&](Index from, Index to) {
      auto& row = table.rows[static_cast<std::size_t>(from)];
      // Written so that a first offer wins against "none", and a lower number against an equal.
      if (row.nearest >= 0 &&
          (cosine < row.nearest_cosine || (cosine == row.nearest_cosine && to > row.nearest)))
        return;
      row.nearest = to;
      row.nearest_cosine = cosine;
    };
    offer(a, b);
    offer(b, a);
  });
  for (auto& row : table.rows) row.nearest_cosine = std::clamp(row.nearest_cosine, -1.0, 1.0);
}

/// Whether that word can follow the context.
bool can_follow(const Task& task, Index context, Index word) {
  const auto j = static_cast<std::size_t>(context);
  const auto first = task.targets.word.begin() + task.targets.begin[j];
  return std::binary_search(first, task.targets.word.begin() + task.targets.begin[j + 1], word);
}

/// The largest logit of every context, and the class mean nearest to it.
void add_shares(ClassTable& table, const TableSource& source) {
  if (!table.no_accuracy.empty()) return;
  const auto& [h, w, bias] = std::tie(source.embeddings.h, source.embeddings.w, source.embeddings.bias);
  const bool has_agreement = table.no_agreement.empty();
  for (auto& row : table.rows) {
    row.accuracy = 0.0;
    if (has_agreement) row.agreement = 0.0;
  }
  // |h - mu|^2 is smallest where <h, m> - |m|^2/2 is largest, both taken from one origin.
  const VectorD origin = source.classes.means.rowwise().mean();
  const VectorD half_squares = 0.5 * source.centred.colwise().squaredNorm().transpose();
  const Index most =
      std::max<Index>(1, kMostTableScores / std::max<Index>(1, std::max(w.rows(), source.centred.cols())));
  MatrixD logits;
  MatrixD scores;
  for (Index first = 0; first < h.cols(); first += most) {
    const auto part = h.middleCols(first, std::min(most, h.cols() - first));
    logits.noalias() = w * part;
    if (bias.size() == w.rows()) logits.colwise() += bias;
    if (has_agreement) {
      scores.noalias() = source.centred.transpose() * (part.colwise() - origin);
      scores.colwise() -= half_squares;
    }
    for (Index i = 0; i < part.cols(); ++i) {
      auto& row =
          table.rows[static_cast<std::size_t>(source.classes.class_of[static_cast<std::size_t>(first + i)])];
      const double share = 1.0 / static_cast<double>(row.samples);
      Index word = 0;
      logits.col(i).maxCoeff(&word);
      if (can_follow(source.task, first + i, word)) row.accuracy += share;
      if (!has_agreement) continue;
      Index nearest = 0;
      scores.col(i).maxCoeff(&nearest);
      if (table.rows[static_cast<std::size_t>(nearest)].label == word) row.agreement += share;
    }
  }
  // Sums of shares may miss 1 by rounding.
  for (auto& row : table.rows)
    for (double* share : {&row.accuracy, &row.agreement})
      *share = std::round(*share * static_cast<double>(row.samples)) / static_cast<double>(row.samples);
}

void add_reasons(ClassTable& table, const TableSource& source) {
  const bool has_words = source.embeddings.w.rows() > 0;
  const bool has_targets = source.task.has_targets();
  const bool is_trivial = source.classes.has_one_sample_per_class();
  const std::string own = table.is_by_context ? "Every context counts as a class of its own here"
                                              : "Every context has its own label";
  if (table.is_by_context)
    table.no_words = has_targets ? "Contexts have several next words: none has a word of its own."
                                 : "It is not known what follows the contexts: none has a word of its own.";
  else if (!has_words)
    table.no_words = "There are no word embeddings W.";
  if (is_trivial) table.no_within = own + ": nothing varies within a class.";
  if (source.centred.cols() < 2) table.no_nearest = "There is only one class.";
  if (!has_targets)
    table.no_accuracy = "It is not known what follows the contexts.";
  else if (!has_words)
    table.no_accuracy = "There are no word embeddings W, so there are no logits.";
  table.no_agreement = table.no_accuracy;
  if (table.no_agreement.empty() && is_trivial)
    table.no_agreement = own + ": the nearest class mean is the context itself.";
}

}  // namespace

ClassTable class_table(const Embeddings& embeddings) {
  TableSource source{embeddings, *embeddings.task, class_means(*embeddings.task, embeddings.h), {}};
  source.centred = centre_columns(source.classes.means);
  ClassTable table;
  table.is_by_context = !source.task.is_one_hot();
  add_reasons(table, source);
  add_norms(table, source);
  add_within(table, source);
  add_nearest(table, source);
  add_shares(table, source);
  return table;
}

}  // namespace gramscope
