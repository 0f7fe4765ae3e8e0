#include "core/metrics/interaction_energy.h"

#include <algorithm>
#include <cmath>

namespace gramscope {

namespace {

constexpr Index kRowsTransformed = 64;  ///< of X that are transformed at a time

/// The table of all combinations of values, the first factor outermost.
struct Crossing {
  std::vector<Index> values;   ///< of the factors that vary
  std::vector<Index> cell_of;  ///< n: which combination a point has
  Index cells = 1;
  bool is_balanced = false;
};

Crossing crossing_of(std::span<const PointFactor> factors, Index points) {
  Crossing crossing;
  crossing.cell_of.assign(static_cast<std::size_t>(points), 0);
  for (const auto& factor : factors) {
    if (factor.values < 2) continue;
    crossing.values.push_back(factor.values);
    crossing.cells *= factor.values;
    if (crossing.cells > points) return crossing;
    for (std::size_t j = 0; j < crossing.cell_of.size(); ++j)
      crossing.cell_of[j] = crossing.cell_of[j] * factor.values + factor.value[j];
  }
  std::vector<Index> counts(static_cast<std::size_t>(crossing.cells), 0);
  for (const Index cell : crossing.cell_of) ++counts[static_cast<std::size_t>(cell)];
  crossing.is_balanced = std::all_of(counts.begin(), counts.end(),
                                     [&](Index count) { return count * crossing.cells == points; });
  return crossing;
}

/// The v columns first, first + stride, ... become their sum over sqrt(v) and the Helmert contrasts
/// (x_0 + ... + x_{i-1} - i x_i) / sqrt(i (i+1)), i = 1 ... v - 1: an orthonormal basis.
void transform_line(MatrixD& table, Index first, Index stride, Index v) {
  VectorD sum = table.col(first);
  for (Index i = 1; i < v; ++i) {
    auto column = table.col(first + i * stride);
    const auto before = static_cast<double>(i);
    const VectorD contrast = (sum - before * column) / std::sqrt(before * (before + 1.0));
    sum += column;
    column = contrast;
  }
  table.col(first) = sum / std::sqrt(static_cast<double>(v));
}

void transform(MatrixD& table, const std::vector<Index>& values) {
  Index stride = table.cols();
  for (const Index v : values) {
    const Index outer = stride;
    stride /= v;
    for (Index block = 0; block < table.cols(); block += outer)
      for (Index offset = 0; offset < stride; ++offset) transform_line(table, block + offset, stride, v);
  }
}

/// Of how many factors the transformed column is a contrast.
std::size_t order_of(Index cell, const std::vector<Index>& values) {
  std::size_t order = 0;
  for (auto v = values.rbegin(); v != values.rend(); ++v) {
    order += cell % *v != 0 ? 1 : 0;
    cell /= *v;
  }
  return order;
}

}  // namespace

InteractionEnergies interaction_energies(const MatrixD& x, std::span<const PointFactor> factors, const WorkDone& done) {
  InteractionEnergies energies;
  const Crossing crossing = crossing_of(factors, x.cols());
  if (crossing.values.empty()) {
    energies.undefined = "no factor varies";
    return energies;
  }
  if (!crossing.is_balanced) {
    energies.undefined = "the factors are not fully crossed: not every combination of values has equally many points";
    return energies;
  }
  energies.share.assign(crossing.values.size(), 0.0);
  const double per_cell = static_cast<double>(x.cols()) / static_cast<double>(crossing.cells);
  double total = 0.0;
  for (Index first = 0; first < x.rows(); first += kRowsTransformed) {
    const auto rows = x.middleRows(first, std::min(kRowsTransformed, x.rows() - first));
    MatrixD table = MatrixD::Zero(rows.rows(), crossing.cells);
    for (Index j = 0; j < x.cols(); ++j) table.col(crossing.cell_of[static_cast<std::size_t>(j)]) += rows.col(j);
    table /= per_cell;
    transform(table, crossing.values);
    for (Index cell = 1; cell < crossing.cells; ++cell)
      energies.share[order_of(cell, crossing.values) - 1] += per_cell * table.col(cell).squaredNorm();
    total += rows.squaredNorm();
    if (done) done(3.0 * static_cast<double>(crossing.values.size()) * static_cast<double>(rows.size()));
  }
  for (double& share : energies.share) share /= total;
  return energies;
}

double interaction_energies_work(Index rows, Index cols, std::size_t factors) {
  return 3.0 * static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(factors + 1);
}

}  // namespace gramscope
