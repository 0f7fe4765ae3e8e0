#include "app/targets.h"

#include <algorithm>

#include "core/linalg/gram.h"
#include "core/theory/proxy_gram.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

const MatrixF& Targets::of(TargetKind kind) const {
  switch (kind) {
    case TargetKind::semantic:
      return semantic;
    case TargetKind::symmetric:
      return symmetric;
    case TargetKind::proxy:
      return proxy;
    case TargetKind::max_margin:
      return max_margin;
  }
  return symmetric;
}

MatrixF proxy_target(const Task& task) {
  const Supports supports = supports_of(task.targets, task.words);
  return centred_proxy_context_cosines(supports, gram_block(task.contexts)).cast<float>();
}

MatrixF max_margin_target(const MaxMarginTheory& theory) {
  const MatrixD& h = theory.factors.h;
  return block_cosine_gram(centre_columns(h), gram_block(h.cols())).cast<float>();
}

bool is_proxy_symmetric(const Task& task) {
  std::vector<int> labels = task.labels;
  std::sort(labels.begin(), labels.end());
  return task.is_one_hot() && std::adjacent_find(labels.begin(), labels.end()) == labels.end();
}

TargetKind fitting_target(const Task& task, std::optional<TargetKind> wanted) {
  const bool has_factors = !task.factors.empty();
  if (wanted && (*wanted != TargetKind::semantic || has_factors)) return *wanted;
  if (has_factors && task.is_one_hot()) return TargetKind::semantic;
  return is_proxy_symmetric(task) ? TargetKind::symmetric : TargetKind::proxy;
}

}  // namespace gramscope::app
