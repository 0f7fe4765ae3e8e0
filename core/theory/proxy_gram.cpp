#include "core/theory/proxy_gram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gramscope {

namespace {

/// Vectors x_i = s_i - c_i 1 - mu: s_i the indicator of a set, c_i a number, mu a vector that all have in common.
struct SparseVectors {
  Index dimension = 0;
  std::vector<std::vector<Index>> sets;
  VectorD offset;  ///< c
  VectorD common;  ///< mu

  Index count() const { return static_cast<Index>(sets.size()); }
  const std::vector<Index>& set(Index i) const { return sets[static_cast<std::size_t>(i)]; }
};

/// Below this share of |s_i|^2 + |mu|^2 a squared norm is the rounding of zero.
constexpr double kNegligible = 1e-13;

/// |x_i|, 0 where there is no direction.
VectorD norms_of(const SparseVectors& x) {
  const double common_sum = x.common.sum();
  const double common_squared = x.common.squaredNorm();
  VectorD norms(x.count());
  for (Index i = 0; i < x.count(); ++i) {
    const auto size = static_cast<double>(x.set(i).size());
    double along_common = 0.0;
    for (const Index entry : x.set(i)) along_common += x.common(entry);
    const double c = x.offset(i);
    const double squared = size - 2.0 * c * size + c * c * static_cast<double>(x.dimension) - 2.0 * along_common +
                           2.0 * c * common_sum + common_squared;
    norms(i) = squared > kNegligible * (size + common_squared) ? std::sqrt(squared) : 0.0;
  }
  return norms;
}

/// The mean unit vectors of blocks, each a sparse part minus a 1 minus b mu, by the entries of their sparse parts.
struct BlockMeans {
  struct Entry {
    Index block = 0;
    double value = 0.0;
  };
  std::vector<std::vector<Entry>> of_entry;  ///< blocks ascending
  VectorD a;
  VectorD b;  ///< NaN for a block without any direction
};

BlockMeans block_means(const SparseVectors& x, Index block) {
  const VectorD norms = norms_of(x);
  const Index blocks = (x.count() + block - 1) / block;
  BlockMeans means{std::vector<std::vector<BlockMeans::Entry>>(static_cast<std::size_t>(x.dimension)), VectorD::Zero(blocks),
                   VectorD::Zero(blocks)};
  for (Index k = 0; k < blocks; ++k) {
    const Index end = std::min((k + 1) * block, x.count());
    const auto counted = static_cast<double>((norms.segment(k * block, end - k * block).array() > 0.0).count());
    for (Index i = k * block; i < end; ++i) {
      if (norms(i) == 0.0) continue;
      const double scale = 1.0 / (counted * norms(i));
      means.a(k) += scale * x.offset(i);
      means.b(k) += scale;
      for (const Index entry : x.set(i)) {
        auto& column = means.of_entry[static_cast<std::size_t>(entry)];
        if (column.empty() || column.back().block != k) column.push_back({k, 0.0});
        column.back().value += scale;
      }
    }
    if (counted == 0.0) means.b(k) = std::numeric_limits<double>::quiet_NaN();
  }
  return means;
}

MatrixD cosines(const SparseVectors& x, Index block) {
  const BlockMeans means = block_means(x, block);
  const Index blocks = means.a.size();
  MatrixD gram = MatrixD::Zero(blocks, blocks);
  VectorD sum = VectorD::Zero(blocks);           // 1^T of the sparse parts
  VectorD along_common = VectorD::Zero(blocks);  // mu^T of them
  for (Index entry = 0; entry < x.dimension; ++entry) {
    const auto& column = means.of_entry[static_cast<std::size_t>(entry)];
    for (std::size_t l = 0; l < column.size(); ++l) {
      for (std::size_t k = 0; k <= l; ++k) gram(column[k].block, column[l].block) += column[k].value * column[l].value;
      sum(column[l].block) += column[l].value;
      along_common(column[l].block) += column[l].value * x.common(entry);
    }
  }
  const double common_sum = x.common.sum();
  const double common_squared = x.common.squaredNorm();
  const auto& a = means.a;
  const auto& b = means.b;
  for (Index l = 0; l < blocks; ++l) {
    for (Index k = 0; k <= l; ++k) {
      const double cosine = gram(k, l) - sum(k) * a(l) - a(k) * sum(l) - along_common(k) * b(l) - b(k) * along_common(l) +
                            static_cast<double>(x.dimension) * a(k) * a(l) + common_sum * (a(k) * b(l) + b(k) * a(l)) +
                            common_squared * b(k) * b(l);
      gram(k, l) = gram(l, k) = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;  // NaN passes through
    }
    if (block == 1 && gram(l, l) == gram(l, l)) gram(l, l) = 1.0;
  }
  return gram;
}

/// The columns of S~: a word of the support has 1 - |S_j|/V, the others have -|S_j|/V.
SparseVectors context_vectors(const Supports& supports) {
  SparseVectors x{supports.words, {}, VectorD(supports.contexts()), VectorD::Zero(supports.words)};
  x.sets.reserve(supports.of_context.size());
  for (Index j = 0; j < supports.contexts(); ++j) {
    x.sets.push_back(supports.of(j));
    x.offset(j) = static_cast<double>(supports.of(j).size()) / static_cast<double>(supports.words);
  }
  return x;
}

}  // namespace

MatrixD proxy_context_cosines(const Supports& supports, Index block) {
  return cosines(context_vectors(supports), block);
}

MatrixD centred_proxy_context_cosines(const Supports& supports, Index block) {
  SparseVectors x = context_vectors(supports);
  if (x.count() == 0) return {};
  for (const auto& set : x.sets)
    for (const Index word : set) x.common(word) += 1.0;
  x.common /= static_cast<double>(x.count());
  x.common.array() -= x.offset.mean();
  return cosines(x, block);
}

MatrixD proxy_word_cosines(const Supports& supports, Index block) {
  // The rows of S~ are those of S minus the mean row, which is |S_j|/V in context j.
  SparseVectors x{supports.contexts(), std::vector<std::vector<Index>>(static_cast<std::size_t>(supports.words)),
                  VectorD::Zero(supports.words), VectorD(supports.contexts())};
  for (Index j = 0; j < supports.contexts(); ++j) {
    for (const Index word : supports.of(j)) x.sets[static_cast<std::size_t>(word)].push_back(j);
    x.common(j) = static_cast<double>(supports.of(j).size()) / static_cast<double>(supports.words);
  }
  return cosines(x, block);
}

}  // namespace gramscope
