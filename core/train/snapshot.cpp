#include "core/train/snapshot.h"

#include <algorithm>

#include "core/linalg/gram.h"

namespace gramscope {

namespace {

/// The means of a matrix (n×n) over blocks of neighbouring rows and columns; the last ones may be smaller.
MatrixD block_means(const MatrixD& values, Index block) {
  const Index n = values.cols();
  const Index blocks = (n + block - 1) / block;
  MatrixD means(blocks, blocks);
  for (Index b = 0; b < blocks; ++b)
    for (Index a = 0; a < blocks; ++a)
      means(a, b) = values.block(a * block, b * block, std::min(block, n - a * block), std::min(block, n - b * block)).mean();
  return means;
}

}  // namespace

Record* find_record(std::vector<Record>& records, std::int64_t segment, std::int64_t step) {
  const auto found = std::find_if(records.rbegin(), records.rend(), [&](const Record& record) {
    return record.segment() == segment && record.step() == step;
  });
  return found != records.rend() ? &*found : nullptr;
}

MatrixF semantic_target(const Task& task) {
  if (task.factors.empty()) return {};
  const MatrixD centred = centre_kernel(task.semantic_kernel);
  const VectorD scale = centred.diagonal().cwiseSqrt();
  const MatrixD cosines = centred.cwiseQuotient(scale * scale.transpose());
  const Index block = gram_block(task.contexts);
  return (block == 1 ? cosines : block_means(cosines, block)).cast<float>();
}

MatrixF symmetric_target(const Task& task) {
  const Index n = task.contexts;
  const Index block = gram_block(n);
  const Index rows = (n + block - 1) / block;
  const double other = n > 1 ? -1.0 / static_cast<double>(n - 1) : 1.0;
  MatrixF target = MatrixF::Constant(rows, rows, static_cast<float>(other));
  for (Index b = 0; b < rows; ++b) {
    // Of the c^2 pairs of a block with itself c are of a context with itself.
    const auto c = static_cast<double>(std::min(block, n - b * block));
    target(b, b) = static_cast<float>((1.0 + (c - 1.0) * other) / c);
  }
  return target;
}

}  // namespace gramscope
