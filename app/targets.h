#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>

#include "core/linalg/types.h"
#include "core/tasks/task.h"
#include "core/theory/task_theory.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

/// What the Gram of the contexts can be compared with.
enum class TargetKind {
  semantic,    ///< the factors alone
  symmetric,   ///< all contexts equally far apart
  proxy,       ///< S~, what the supports say at once
  max_margin,  ///< L_mm, where the logits point as the ridge vanishes
};
inline constexpr std::size_t kTargetKinds = 4;

/// What is fixed by the task and drawn beside the live Gram: cosines of centred vectors, of the size of the live Gram. Each
/// is made when it is first asked for: of thousands of contexts they are large.
class Targets {
 public:
  /// Those of another task; the same one changes nothing.
  void adopt(std::shared_ptr<const Task> task);
  /// nullptr: L_mm is not solved.
  void adopt(std::shared_ptr<const MaxMarginTheory> theory);
  /// In which order several contexts share a row (Snapshot::order); the same one changes nothing.
  void adopt(BlockOrder order);

  /// m×m. Empty where the task has no factors (semantic), nothing is known to follow its contexts (proxy), or L_mm is not
  /// solved (max_margin).
  const MatrixF& of(TargetKind kind) const;

 private:
  MatrixF make(TargetKind kind) const;

  std::shared_ptr<const Task> task_;
  std::shared_ptr<const MaxMarginTheory> theory_;
  BlockOrder order_;
  mutable std::array<std::optional<MatrixF>, kTargetKinds> made_;
};

/// The proxy of a task as a target, and the geometry that L_mm predicts for its contexts.
MatrixF proxy_target(const Task& task, std::span<const Index> order = {});
MatrixF max_margin_target(const MaxMarginTheory& theory, std::span<const Index> order = {});

/// The target to be shown: the one asked for where the task allows it. Else that which says most: the proxy where contexts
/// have several next words, the semantic one where there are factors, the proxy where it is another than symmetry.
TargetKind fitting_target(const Task& task, std::optional<TargetKind> wanted);
/// Whether every context has one next word of its own: then the proxy and L_mm are the symmetric target.
bool is_proxy_symmetric(const Task& task);

}  // namespace gramscope::app
