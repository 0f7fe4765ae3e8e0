#include "core/theory/similarity.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/linalg/gram.h"
#include "core/linalg/undefined.h"

namespace gramscope {

namespace {

constexpr double kNoDirection = 1e-9;  ///< of the longest column

/// S by distinct support and by word, and how often each column and row counts.
struct Incidence {
  const Supports& supports;
  std::vector<std::vector<Index>> of_word;  ///< V: the distinct supports that a word is in, ascending

  explicit Incidence(const Supports& all) : supports(all), of_word(static_cast<std::size_t>(all.words)) {
    for (std::size_t a = 0; a < all.distinct.size(); ++a)
      for (const Index z : all.distinct[a]) of_word[static_cast<std::size_t>(z)].push_back(static_cast<Index>(a));
  }

  Index count() const { return static_cast<Index>(supports.distinct.size()); }
  double multiplicity(Index a) const { return static_cast<double>(supports.multiplicity[static_cast<std::size_t>(a)]); }
  const std::vector<Index>& words(Index a) const { return supports.distinct[static_cast<std::size_t>(a)]; }
  /// |S_a| / V
  double share(Index a) const { return static_cast<double>(words(a).size()) / static_cast<double>(supports.words); }
  bool is_full(Index a) const { return static_cast<Index>(words(a).size()) == supports.words; }
};

double share_of(const Supports& supports, std::size_t a) {
  return static_cast<double>(supports.distinct[a].size()) / static_cast<double>(supports.words);
}

/// |s~_a| of a distinct support: sqrt(q (1 - q/V)), q its size.
double column_norm(const Supports& supports, std::size_t a) {
  return std::sqrt(static_cast<double>(supports.distinct[a].size()) * (1.0 - share_of(supports, a)));
}

/// The norms of the rows of S~ (V).
VectorD row_norms(const Supports& supports) {
  // A sum of squares of what S~ has there, of which only the words of a support differ from the rest.
  VectorD squared = VectorD::Zero(supports.words);
  double others = 0.0;
  for (std::size_t a = 0; a < supports.distinct.size(); ++a) {
    const double n = static_cast<double>(supports.multiplicity[a]);
    const double share = share_of(supports, a);
    others += n * share * share;
    for (const Index z : supports.distinct[a]) squared(z) += n * ((1.0 - share) * (1.0 - share) - share * share);
  }
  // Where every support is full both sums are the same whole number, and the difference is exactly 0.
  return (squared.array() + others).max(0.0).sqrt();
}

/// Which of the Gram matrices of S~ is the cheaper one.
struct Work {
  double by_support = 0.0;
  double by_word = 0.0;

  explicit Work(const Incidence& s) {
    const auto count = static_cast<double>(s.count());
    const auto words = static_cast<double>(s.supports.words);
    by_support = 0.5 * count * count;
    for (const auto& of : s.of_word) by_support += static_cast<double>(of.size()) * static_cast<double>(of.size());
    by_word = 0.5 * words * words;
    for (Index a = 0; a < s.count(); ++a)
      by_word += static_cast<double>(s.words(a).size()) * static_cast<double>(s.words(a).size());
  }
  double least() const { return std::min(by_support, by_word); }
};

/// |T^T T|_F with T = diag(row) S~ diag(column), row (V) and column (distinct supports) given by their squares.
///
/// Entry (a, b) of T^T T is c_a c_b (sum of r_z^2 over S_a and S_b - x_a share_b - x_b share_a + share_a share_b r), x_a the sum
/// of r_z^2 over S_a and r that over all words.
double gram_norm_by_support(const Incidence& s, const VectorD& row, const VectorD& column) {
  const double all = row.sum();
  VectorD inside = VectorD::Zero(s.count());
  VectorD share(s.count());
  for (Index a = 0; a < s.count(); ++a) {
    share(a) = s.share(a);
    for (const Index z : s.words(a)) inside(a) += row(z);
  }
  VectorD common(s.count());
  double squared = 0.0;
  for (Index a = 0; a < s.count(); ++a) {
    common.head(a + 1).setZero();
    for (const Index z : s.words(a))
      for (const Index b : s.of_word[static_cast<std::size_t>(z)]) {
        if (b > a) break;
        common(b) += row(z);
      }
    common.head(a + 1) -= (inside(a) - share(a) * all) * share.head(a + 1) + share(a) * inside.head(a + 1);
    // Every pair of two supports stands there twice.
    squared += column(a) * (2.0 * (column.head(a).array() * common.head(a).array().square()).sum() +
                            column(a) * common(a) * common(a));
  }
  return std::sqrt(squared);
}

/// The same from T T^T: entry (z, v) is r_z r_v (sum of c_a^2 over the supports with both - x_z - x_v + c), x_z the sum of c_a^2
/// share_a over those with z and c that of c_a^2 share_a^2 over all.
double gram_norm_by_word(const Incidence& s, const VectorD& row, const VectorD& column) {
  double all = 0.0;
  VectorD inside = VectorD::Zero(s.supports.words);
  for (Index a = 0; a < s.count(); ++a) {
    all += column(a) * s.share(a) * s.share(a);
    for (const Index z : s.words(a)) inside(z) += column(a) * s.share(a);
  }
  VectorD common(s.supports.words);
  double squared = 0.0;
  for (Index z = 0; z < s.supports.words; ++z) {
    common.head(z + 1).setZero();
    for (const Index a : s.of_word[static_cast<std::size_t>(z)])
      for (const Index v : s.words(a)) {
        if (v > z) break;
        common(v) += column(a);
      }
    common.head(z + 1).array() -= inside.head(z + 1).array() + (inside(z) - all);
    squared += row(z) * (2.0 * (row.head(z).array() * common.head(z).array().square()).sum() + row(z) * common(z) * common(z));
  }
  return std::sqrt(squared);
}

double similarity(double squared_product, double x_norm, double y_norm) {
  const double value = squared_product / (x_norm * y_norm);
  return std::isfinite(value) ? std::min(value, 1.0) : kUndefined;
}

}  // namespace

PredictedGeometry::PredictedGeometry(const MatrixD& y) : directions(unit_columns(y)) {
  if (y.size() == 0) return;
  const VectorD norms = y.colwise().norm();
  const double longest = norms.maxCoeff();
  for (Index j = 0; j < directions.cols(); ++j)
    if (!(norms(j) > kNoDirection * longest)) directions.col(j).setZero();
  norm = geometry_norm(directions);
}

double geometry_norm(const MatrixD& directions) {
  MatrixD gram;
  if (directions.rows() <= directions.cols())
    gram.noalias() = directions * directions.transpose();
  else
    gram.noalias() = directions.transpose() * directions;
  return gram.norm();
}

double geometry_similarity(const MatrixD& x, const MatrixD& y) { return geometry_similarity(x, PredictedGeometry(y)); }

double geometry_similarity(const MatrixD& x, const PredictedGeometry& y) {
  const MatrixD& directions = y.directions;
  assert(x.cols() == directions.cols());
  MatrixD unit = unit_columns(x);
  for (Index j = 0; j < unit.cols(); ++j)
    if (directions.col(j).isZero(0.0)) unit.col(j).setZero();
  MatrixD product;
  product.noalias() = unit * directions.transpose();
  return similarity(product.squaredNorm(), geometry_norm(unit), y.norm);
}

double proxy_work(const Supports& supports) { return 2.0 * Work(Incidence(supports)).least(); }

ProxyNorms proxy_norms(const Supports& supports) {
  const Incidence s(supports);
  const Work work(s);
  const auto norm = [&](const VectorD& row, const VectorD& column) {
    return work.by_support <= work.by_word ? gram_norm_by_support(s, row, column) : gram_norm_by_word(s, row, column);
  };
  VectorD repeated(s.count());
  VectorD unit_column(s.count());
  for (Index a = 0; a < s.count(); ++a) {
    const double length = column_norm(supports, static_cast<std::size_t>(a));
    repeated(a) = s.is_full(a) ? 0.0 : s.multiplicity(a);
    unit_column(a) = s.is_full(a) ? 0.0 : s.multiplicity(a) / (length * length);
  }
  const VectorD rows = row_norms(supports);
  const VectorD unit_row = (rows.array() > 0.0).select(rows.array().square().inverse(), 0.0);
  return {norm(VectorD::Ones(supports.words), unit_column), norm(unit_row, repeated)};
}

double similarity_to_proxy_contexts(const MatrixD& h, const Supports& supports, double norm) {
  assert(h.cols() == supports.contexts());
  MatrixD unit = unit_columns(h);
  // X^ S^^T (d×V) = sum over contexts of x_j (1_S - |S|/V)^T / |s~_j|
  MatrixD product = MatrixD::Zero(h.rows(), supports.words);
  VectorD everywhere = VectorD::Zero(h.rows());
  for (Index j = 0; j < h.cols(); ++j) {
    const auto a = static_cast<std::size_t>(supports.of_context[static_cast<std::size_t>(j)]);
    if (static_cast<Index>(supports.distinct[a].size()) == supports.words) {
      unit.col(j).setZero();
      continue;
    }
    const double scale = 1.0 / column_norm(supports, a);
    for (const Index z : supports.distinct[a]) product.col(z) += scale * unit.col(j);
    everywhere += scale * share_of(supports, a) * unit.col(j);
  }
  product.colwise() -= everywhere;
  return similarity(product.squaredNorm(), geometry_norm(unit), norm);
}

double similarity_to_proxy_words(const MatrixD& w_transposed, const Supports& supports, double norm) {
  assert(w_transposed.cols() == supports.words);
  MatrixD unit = unit_columns(w_transposed);
  const VectorD rows = row_norms(supports);
  MatrixD scaled(unit.rows(), unit.cols());
  for (Index z = 0; z < unit.cols(); ++z) {
    if (!(rows(z) > 0.0)) unit.col(z).setZero();
    scaled.col(z) = rows(z) > 0.0 ? VectorD(unit.col(z) / rows(z)) : VectorD::Zero(unit.rows());
  }
  const VectorD sum = scaled.rowwise().sum();
  double squared = 0.0;
  VectorD column(unit.rows());
  for (std::size_t a = 0; a < supports.distinct.size(); ++a) {
    column = -share_of(supports, a) * sum;
    for (const Index z : supports.distinct[a]) column += scaled.col(z);
    squared += static_cast<double>(supports.multiplicity[a]) * column.squaredNorm();
  }
  return similarity(squared, geometry_norm(unit), norm);
}

}  // namespace gramscope
