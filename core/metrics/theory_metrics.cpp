#include "core/metrics/theory_metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/linalg/decomposition.h"
#include "core/linalg/undefined.h"
#include "core/metrics/moment.h"
#include "core/theory/in_support.h"
#include "core/theory/similarity.h"

namespace gramscope {

namespace {

constexpr double kNoDirection = 1e-7;  ///< of the column of L: less is what rounding leaves of |L_j|² - |P_F(L)_j|²

/// Multiplications in the decomposition behind a nuclear ratio.
constexpr double kMostRecordWork = 2e9;   ///< 1,260×1,260, or 512×7,600: a second at most
constexpr double kMostPreviewDecomposition = 8e6;  ///< 200×200: a hundredth of a second

bool is_full(const Supports& supports, const std::vector<Index>& support) {
  return static_cast<Index>(support.size()) == supports.words;
}

/// A share that rounding may have carried over 1; NaN stays.
double as_share(double value) { return value > 1.0 ? 1.0 : value; }

/// The contexts of each distinct support, ascending.
std::vector<std::vector<Index>> members_of(const Supports& supports) {
  std::vector<std::vector<Index>> members(supports.distinct.size());
  for (Index j = 0; j < supports.contexts(); ++j)
    members[static_cast<std::size_t>(supports.of_context[static_cast<std::size_t>(j)])].push_back(j);
  return members;
}

/// The contexts that not every word can follow, ascending.
std::vector<Index> contexts_with_a_margin(const Supports& supports) {
  std::vector<Index> contexts;
  for (Index j = 0; j < supports.contexts(); ++j)
    if (!is_full(supports, supports.of(j))) contexts.push_back(j);
  return contexts;
}

/// R with |R x| = |A x| for every x: the triangular factor of A where it is smaller.
MatrixD triangular_factor(const MatrixD& a) { return a.rows() > a.cols() ? householder_qr(a, 0).r : a; }

/// |A x_j|² for the columns of X, some at a time.
VectorD squared_norms_of_product(const MatrixD& a, const MatrixD& x, const WorkDone& done) {
  constexpr Index kColumns = 256;
  VectorD squared(x.cols());
  MatrixD product;
  for (Index first = 0; first < x.cols(); first += kColumns) {
    const Index count = std::min(kColumns, x.cols() - first);
    product.noalias() = a * x.middleCols(first, count);
    squared.segment(first, count) = product.colwise().squaredNorm().transpose();
    if (done) done(static_cast<double>(product.size()) * static_cast<double>(x.rows()));
  }
  return squared;
}

/// The sum of unit vectors and of its cosines over pairs: of n units with sum s there are n (n - 1) ordered pairs, whose
/// cosines sum to |s|² - n.
struct PairSum {
  double cosines = 0.0;
  double pairs = 0.0;

  void add(double squared_sum, double count) {
    cosines += squared_sum - count;
    pairs += count * (count - 1.0);
  }
  double mean() const { return pairs > 0.0 ? std::clamp(cosines / pairs, -1.0, 1.0) : kUndefined; }
};

}  // namespace

LogitReading read_logits(const Task& task, const Supports& supports, const MatrixD& w, const MatrixD& h,
                         const WorkDone& done) {
  assert(w.rows() == supports.words && h.cols() == supports.contexts() && w.cols() == h.rows());
  const MatrixD factor = triangular_factor(w);
  const VectorD squared_norms = squared_norms_of_product(factor, h, done);
  const MatrixD words = w.transpose();
  LogitReading reading;
  PairSum same;
  PairSum all;
  double counted = 0.0;
  // The sum of all unit columns of L' is W x - correction.
  VectorD all_x = VectorD::Zero(h.rows());
  VectorD correction = VectorD::Zero(w.rows());

  const auto members = members_of(supports);
  for (std::size_t a = 0; a < members.size(); ++a) {
    const auto& support = supports.distinct[a];
    const auto size = static_cast<Index>(support.size());
    const MatrixD own_words = words(Eigen::all, support);
    VectorD x = VectorD::Zero(h.rows());
    VectorD on_support = VectorD::Zero(size);
    double mean_sum = 0.0;
    double count = 0.0;
    for (const Index j : members[a]) {
      const double squared = squared_norms(j);
      const VectorD logits = own_words.transpose() * h.col(j);
      const double mean = logits.mean();
      reading.squared_norm += squared;
      if (size > 1) {
        const VectorD centred = logits.array() - mean;
        reading.in_support += centred.squaredNorm();
        reading.in_support_distance += (centred - centred_log_probabilities(task.targets, j)).squaredNorm();
      }
      if (is_full(supports, support)) continue;
      const double outside = std::max(0.0, squared - logits.squaredNorm()) + static_cast<double>(size) * mean * mean;
      if (!(outside > kNoDirection * kNoDirection * squared)) continue;
      const double scale = 1.0 / std::sqrt(outside);
      x += scale * h.col(j);
      on_support += scale * logits;
      mean_sum += scale * mean;
      count += 1.0;
    }
    if (count == 0.0) continue;
    const double squared_sum = count == 1.0 ? 1.0
                                            : std::max(0.0, (factor * x).squaredNorm() - on_support.squaredNorm()) +
                                                  static_cast<double>(size) * mean_sum * mean_sum;
    same.add(squared_sum, count);
    counted += count;
    all_x += x;
    for (Index i = 0; i < size; ++i) correction(support[static_cast<std::size_t>(i)]) += on_support(i) - mean_sum;
  }
  all.add((w * all_x - correction).squaredNorm(), counted);
  PairSum other;
  other.cosines = all.cosines - same.cosines;
  other.pairs = all.pairs - same.pairs;
  const bool is_finite = std::isfinite(reading.squared_norm);
  reading.same_support_cosine = is_finite ? same.mean() : kUndefined;
  reading.other_support_cosine = is_finite ? other.mean() : kUndefined;
  return reading;
}

double smallest_margin(const Supports& supports, const MatrixD& w, const MatrixD& h, Index most_logits) {
  const auto contexts = contexts_with_a_margin(supports);
  const auto most = static_cast<std::size_t>(std::max<Index>(1, most_logits / std::max<Index>(1, w.rows())));
  double margin = std::numeric_limits<double>::infinity();
  MatrixD logits;
  for (std::size_t first = 0; first < contexts.size(); first += most) {
    const std::vector<Index> chunk(contexts.begin() + static_cast<std::ptrdiff_t>(first),
                                   contexts.begin() + static_cast<std::ptrdiff_t>(std::min(first + most, contexts.size())));
    const MatrixD columns = h(Eigen::all, chunk);
    logits.noalias() = w * columns;
    if (!logits.allFinite()) return kUndefined;
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      auto column = logits.col(static_cast<Index>(i));
      const auto& support = supports.of(chunk[i]);
      const double mean = column(support).mean();
      column(support).setConstant(-std::numeric_limits<double>::infinity());
      margin = std::min(margin, mean - column.maxCoeff());
    }
  }
  return margin;
}

namespace {

bool has_one_word_each(const Supports& supports) {
  return std::all_of(supports.distinct.begin(), supports.distinct.end(),
                     [](const auto& support) { return support.size() == 1; });
}

double decomposition_work(Index rows, Index columns) {
  const auto small = static_cast<double>(std::min(rows, columns));
  return small * small * static_cast<double>(std::max(rows, columns));
}

}  // namespace

double outside_nuclear_norm_work(const Supports& supports, Index d) {
  // Those of a product, which the margin takes, are done twenty times as fast.
  const double product =
      static_cast<double>(d) * static_cast<double>(supports.words) * static_cast<double>(supports.contexts()) / 20.0;
  if (has_one_word_each(supports))
    return decomposition_work(supports.words, d) + decomposition_work(supports.contexts(), d) + product;
  return decomposition_work(supports.words, static_cast<Index>(contexts_with_a_margin(supports).size())) + product;
}

double outside_nuclear_norm(const Supports& supports, const MatrixD& w, const MatrixD& h) {
  if (has_one_word_each(supports) && supports.words > 1)
    return nuclear_norm(triangular_factor(w) * triangular_factor(h.transpose()).transpose());
  const auto contexts = contexts_with_a_margin(supports);
  const MatrixD columns = h(Eigen::all, contexts);
  MatrixD outside;
  outside.noalias() = w * columns;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    const auto& support = supports.of(contexts[i]);
    auto column = outside.col(static_cast<Index>(i));
    const double mean = column(support).mean();
    column(support).setConstant(mean);
  }
  return nuclear_norm(outside);
}

namespace {

/// L = W H, or with a bias L = W H + b 1^T = [W b] [H; 1^T].
class LogitFactors {
 public:
  explicit LogitFactors(const Embeddings& embeddings) : embeddings_(embeddings) {
    if (embeddings.bias.size() == 0) return;
    w_.resize(embeddings.w.rows(), embeddings.w.cols() + 1);
    w_ << embeddings.w, embeddings.bias;
    h_.resize(embeddings.h.rows() + 1, embeddings.h.cols());
    h_ << embeddings.h, VectorD::Ones(embeddings.h.cols()).transpose();
  }

  const MatrixD& w() const { return w_.size() > 0 ? w_ : embeddings_.w; }
  const MatrixD& h() const { return h_.size() > 0 ? h_ : embeddings_.h; }

 private:
  const Embeddings& embeddings_;
  MatrixD w_;
  MatrixD h_;
};

constexpr const char* kNoMaxMargin = "every word can follow every context: L_mm is 0";
constexpr const char* kNoDirectionReason = "an embedding is zero and has no direction";
constexpr const char* kNoLogits = "all logits are zero, or they overflow";

/// |L - P_F(L)|_* / (margin |L_mm|_*)
void add_nuclear_ratio(Metrics& metrics, const Embeddings& embeddings, const LogitFactors& logits, const TaskTheory& theory,
                       MeasureDepth depth) {
  const auto undefined = [&](const std::string& reason) { metrics.add_undefined("nuclear_ratio", reason); };
  if (embeddings.max_margin == nullptr) return undefined(embeddings.max_margin_missing);
  const double smallest = embeddings.max_margin->solution.nuclear_norm;
  if (!(smallest > 0.0)) return undefined(kNoMaxMargin);
  const double work = outside_nuclear_norm_work(theory.supports, logits.h().rows());
  if (work > kMostRecordWork)
    return undefined(std::to_string(theory.supports.words) + "×" + std::to_string(theory.supports.contexts()) +
                     " logits take too long to decompose");
  if (depth == MeasureDepth::preview && work > kMostPreviewDecomposition) return undefined("computed at recorded steps only");
  const double margin = smallest_margin(theory.supports, logits.w(), logits.h());
  if (!std::isfinite(margin)) return undefined("the logits overflow");
  if (!(margin > 0.0)) return undefined("the margin is not positive yet");
  add(metrics, "nuclear_ratio",
      outside_nuclear_norm(theory.supports, logits.w(), logits.h()) / (margin * smallest), "the logits overflow");
}

void add_proxy_similarities(Metrics& metrics, const Embeddings& embeddings, const TaskTheory& theory) {
  if (!theory.proxy_undefined.empty()) {
    metrics.add_undefined("sim_h_proxy", theory.proxy_undefined);
    metrics.add_undefined("sim_w_proxy", theory.proxy_undefined);
    return;
  }
  add(metrics, "sim_h_proxy",
             similarity_to_proxy_contexts(embeddings.h, theory.supports, theory.proxy_contexts_norm),
             kNoDirectionReason);
  add(metrics, "sim_w_proxy",
             similarity_to_proxy_words(embeddings.w.transpose(), theory.supports, theory.proxy_words_norm),
             kNoDirectionReason);
}

void add_max_margin_similarities(Metrics& metrics, const Embeddings& embeddings) {
  if (embeddings.max_margin == nullptr) {
    metrics.add_undefined("sim_h_mm", embeddings.max_margin_missing);
    metrics.add_undefined("sim_w_mm", embeddings.max_margin_missing);
    return;
  }
  const auto& theory = *embeddings.max_margin;
  const std::string reason = theory.contexts.norm > 0.0 ? kNoDirectionReason : kNoMaxMargin;
  add(metrics, "sim_h_mm", geometry_similarity(embeddings.h, theory.contexts), reason);
  add(metrics, "sim_w_mm", geometry_similarity(embeddings.w.transpose(), theory.words), reason);
}

/// <L - P_F(L), L_mm>² / (|L_mm|² |L|²). L_mm is constant on every support, so that <P_F(L), L_mm> = 0, and <W H, W_mm H_mm>
/// is a sum over d×r. A step that is completed later has to give the same bits, so nothing is taken from read_logits().
void add_share_max_margin(Metrics& metrics, const Embeddings& embeddings, const LogitFactors& logits) {
  const auto undefined = [&](const std::string& reason) { metrics.add_undefined("share_max_margin", reason); };
  if (embeddings.max_margin == nullptr) return undefined(embeddings.max_margin_missing);
  const auto& theory = *embeddings.max_margin;
  if (!(theory.solution.nuclear_norm > 0.0)) return undefined(kNoMaxMargin);
  const MatrixD words = logits.w().transpose() * theory.factors.w;
  const MatrixD contexts = logits.h() * theory.factors.h.transpose();
  const double along = words.cwiseProduct(contexts).sum() / theory.solution.logits.norm();
  const double size = (triangular_factor(logits.w()) * logits.h()).norm();
  add(metrics, "share_max_margin", as_share(along / size * (along / size)), kNoLogits);
}

void add_modes(Metrics& metrics, const LogitFactors& logits, const Modes& modes) {
  if (modes.groups.empty()) metrics.add_undefined("mode_1", modes.undefined);
  int number = 0;
  for (const auto& group : modes.groups)
    add(metrics, "mode_" + std::to_string(++number), mode_value(group, logits.w(), logits.h()), "the logits overflow");
}

void add_subspaces(Metrics& metrics, const LogitReading& reading) {
  const bool overflows = !std::isfinite(reading.squared_norm);
  add(metrics, "subspace_same", reading.same_support_cosine,
             overflows ? "the logits overflow" : "no two contexts have the same support and a direction");
  add(metrics, "subspace_other", reading.other_support_cosine,
             overflows ? "the logits overflow" : "no two contexts have different supports and a direction");
}

}  // namespace

void add_theory_metrics(Metrics& metrics, const Embeddings& embeddings, const TaskTheory& theory, MeasureDepth depth,
                        const WorkDone& done) {
  // Nothing counted: what is between two of these takes tenths of a second at most, and may be the last.
  const auto still_wanted = [&] {
    if (done) done(0.0);
  };
  const LogitFactors logits(embeddings);
  const LogitReading reading = read_logits(*embeddings.task, theory.supports, logits.w(), logits.h(), done);
  const double distance = std::sqrt(reading.in_support_distance);
  add(metrics, "pf_error", theory.in_support_norm > 0.0 ? distance / theory.in_support_norm : distance,
      "the logits overflow");
  still_wanted();
  add_nuclear_ratio(metrics, embeddings, logits, theory, depth);
  still_wanted();
  add_proxy_similarities(metrics, embeddings, theory);
  still_wanted();
  add_max_margin_similarities(metrics, embeddings);
  still_wanted();
  add_subspaces(metrics, reading);
  add(metrics, "share_in_support", as_share(reading.in_support / reading.squared_norm), kNoLogits);
  add_share_max_margin(metrics, embeddings, logits);
  add_modes(metrics, logits, theory.modes);
}

void add_undefined_theory_metrics(Metrics& metrics, const std::string& reason) {
  for (const char* key : {"pf_error", "nuclear_ratio", "sim_h_proxy", "sim_w_proxy", "sim_h_mm", "sim_w_mm", "subspace_same",
                          "subspace_other", "share_in_support", "share_max_margin", "mode_1"})
    metrics.add_undefined(key, reason);
}

void add_max_margin_metrics(Metrics& metrics, const Embeddings& embeddings, const TaskTheory& theory, MeasureDepth depth) {
  const LogitFactors logits(embeddings);
  add_nuclear_ratio(metrics, embeddings, logits, theory, depth);
  add_max_margin_similarities(metrics, embeddings);
  add_share_max_margin(metrics, embeddings, logits);
}

}  // namespace gramscope
