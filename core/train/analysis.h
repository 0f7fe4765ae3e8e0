#pragma once

#include <memory>

#include "core/linalg/principal_subspace.h"
#include "core/tasks/task_work.h"
#include "core/train/attribute_span.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Makes Snapshots: everything the views draw, from W and H. It remembers the last projection, so that the
/// picture turns only when the geometry does, and what depends on the task alone. Used by one thread at a
/// time.
class Analysis {
 public:
  /// `wanted.layer` is that of Snapshot::layer; one that is not among embeddings->inside.layers counts as -1.
  /// `measured` are their metrics where they are known, empty where they are to stay away; nullptr: they are
  /// measured as a preview is.
  ///
  /// Asked again for the same embeddings, it makes only what was not made before. Throws Cancelled if `work` is stopped;
  /// what was made for these embeddings before is kept.
  std::shared_ptr<const Snapshot> operator()(std::shared_ptr<const Embeddings> embeddings,
                                             const FrameWanted& wanted = {},
                                             const Metrics* measured = nullptr, const TaskWork& work = {});

  /// Whether all of `wanted` is a matter of a moment: it is there already, or the embeddings are small.
  bool is_quick(const Embeddings& embeddings, const FrameWanted& wanted) const;

 private:
  void adopt(const std::shared_ptr<const Task>& task);
  void take_picture(Snapshot& snapshot, const MatrixD& states, const BlockOrder& order, const TaskWork& work);
  void read_spectrum(Snapshot& snapshot, const MatrixD& centred, const WorkDone& done);

  std::shared_ptr<const Task> task_;
  AttributeSpan attributes_;
  Projection previous_;
  std::shared_ptr<const Snapshot> last_;
};

}  // namespace gramscope
