#include "core/metrics/duality.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/linalg/undefined.h"

namespace gramscope {

namespace {

/// Samples whose logits and distances are held at a time: as many as fit.
constexpr Index kMostScoresHeld = Index{1} << 20;

}  // namespace

double nc3_self_duality(const MatrixD& words, const MatrixD& m) {
  const double words_norm = words.norm();
  const double means_norm = m.norm();
  if (!(words_norm > 0.0) || !(means_norm > 0.0)) return kUndefined;
  return (words / words_norm - m / means_norm).squaredNorm();
}

double nc3_dual_etf(const MatrixD& words, const MatrixD& m, const WorkDone& done) {
  const Index k = m.cols();
  if (k < 2) return kUndefined;
  const double scale = 1.0 / std::sqrt(static_cast<double>(k - 1));
  if (k > m.rows() + 1) {
    // |W M^T|^2 = <W^T W, M^T M>, and M^T 1 = 0 leaves <W M^T, T> = tr(W M^T) / sqrt(K-1).
    const double squared = small_gram(words, done).cwiseProduct(small_gram(m, done)).sum();
    if (!(squared > 0.0)) return kUndefined;
    const double along = scale * words.cwiseProduct(m).sum() / std::sqrt(squared);
    return std::sqrt(std::max(0.0, 2.0 - 2.0 * along));
  }
  MatrixD product(k, k);
  product.noalias() = words.transpose() * m;
  if (done) done(static_cast<double>(product.size()) * static_cast<double>(m.rows()));
  const double norm = product.norm();
  if (!(norm > 0.0)) return kUndefined;
  product /= norm;
  product.array() += scale / static_cast<double>(k);
  product.diagonal().array() -= scale;
  return product.norm();
}

double nc3_dual_etf_work(Index rows, Index cols) {
  if (cols > rows + 1) return 2.0 * small_gram_work(rows, cols);
  return static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(cols);
}

double gnc3(const MatrixD& words, const MatrixD& m) {
  double sum = 0.0;
  for (Index c = 0; c < m.cols(); ++c) {
    const double word_norm = words.col(c).stableNorm();
    const double mean_norm = m.col(c).stableNorm();
    if (!(word_norm > 0.0) || !(mean_norm > 0.0)) return kUndefined;
    // 1 - cos(u, v) = |u - v|^2 / 2 keeps its digits where the two agree.
    sum += 0.5 * (words.col(c) / word_norm - m.col(c) / mean_norm).squaredNorm();
  }
  return sum / static_cast<double>(m.cols());
}

double nc4_agreement(const MatrixD& h, const MatrixD& w, const VectorD& bias, const CentredMeans& classes,
                     std::span<const Index> labels, const WorkDone& done) {
  constexpr Index kNoClass = -1;
  std::vector<Index> class_of_word(static_cast<std::size_t>(w.rows()), kNoClass);
  for (std::size_t c = 0; c < labels.size(); ++c) class_of_word[static_cast<std::size_t>(labels[c])] = static_cast<Index>(c);
  // |x - m_c|^2 - |x|^2 = |m_c|^2 - 2 <m_c, x> with x = h - mu_G
  const VectorD squared = classes.m.colwise().squaredNorm();
  const Index most = std::max<Index>(1, kMostScoresHeld / std::max<Index>(1, w.rows() + classes.classes() + h.rows()));
  MatrixD logits;
  MatrixD distances;
  Index agreed = 0;
  for (Index first = 0; first < h.cols(); first += most) {
    const Index count = std::min(most, h.cols() - first);
    logits.noalias() = w * h.middleCols(first, count);
    if (bias.size() > 0) logits.colwise() += bias;
    if (!logits.allFinite()) return kUndefined;
    const MatrixD x = h.middleCols(first, count).colwise() - classes.global_mean;
    distances.noalias() = -2.0 * classes.m.transpose() * x;
    distances.colwise() += squared;
    for (Index j = 0; j < count; ++j) {
      Index word = 0;
      logits.col(j).maxCoeff(&word);
      const Index chosen = class_of_word[static_cast<std::size_t>(word)];
      if (chosen == kNoClass) continue;
      const double rounding = 1e-12 * (x.col(j).squaredNorm() + squared(chosen));
      if (distances(chosen, j) <= distances.col(j).minCoeff() + rounding) ++agreed;
    }
    if (done) done(static_cast<double>(logits.size() + distances.size()) * static_cast<double>(h.rows()));
  }
  return static_cast<double>(agreed) / static_cast<double>(h.cols());
}

double nc4_agreement_work(Index samples, Index rows, Index words, Index classes) {
  return static_cast<double>(samples) * static_cast<double>(rows) * static_cast<double>(words + classes);
}

}  // namespace gramscope
