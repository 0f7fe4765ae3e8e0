#pragma once

#include <memory>

#include "core/linalg/principal_subspace.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Makes Snapshots: everything the views draw, from W and H. It remembers the last projection, so that the picture
/// turns only when the geometry does, and what depends on the task alone. Used by one thread at a time.
class Analysis {
 public:
  /// `wanted.layer` is that of Snapshot::layer; one that is not among embeddings->inside.layers counts as -1.
  std::shared_ptr<const Snapshot> operator()(std::shared_ptr<const Embeddings> embeddings, const FrameWanted& wanted = {});

 private:
  void adopt(const std::shared_ptr<const Task>& task);

  std::shared_ptr<const Task> task_;
  MatrixD attribute_basis_;  ///< m×r, orthonormal: the span of the factors' centred indicators
  Projection previous_;
};

/// An orthonormal basis (m×r) of the span of the centred indicator vectors of all factor values; r = sum (v_f - 1)
/// for crossed factors. 0 columns without factors.
MatrixD attribute_basis(const Task& task);

}  // namespace gramscope
