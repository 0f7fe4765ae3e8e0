#include "core/train/snapshot.h"

#include "core/linalg/gram.h"

namespace gramscope {

MatrixF semantic_target(const Task& task) {
  if (task.factors.empty()) return {};
  const MatrixD centred = centre_kernel(task.semantic_kernel);
  const VectorD scale = centred.diagonal().cwiseSqrt();
  return centred.cwiseQuotient(scale * scale.transpose()).cast<float>();
}

MatrixF symmetric_target(const Task& task) {
  const Index n = task.contexts;
  MatrixF target = MatrixF::Constant(n, n, n > 1 ? -1.0f / static_cast<float>(n - 1) : 1.0f);
  target.diagonal().setOnes();
  return target;
}

}  // namespace gramscope
