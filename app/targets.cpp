#include "app/targets.h"

#include <algorithm>
#include <utility>

#include "core/linalg/gram.h"
#include "core/theory/proxy_gram.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

void Targets::adopt(std::shared_ptr<const Task> task) {
  if (task == task_) return;
  task_ = std::move(task);
  theory_.reset();
  made_ = {};
}

void Targets::adopt(std::shared_ptr<const MaxMarginTheory> theory) {
  theory_ = std::move(theory);
  made_[static_cast<std::size_t>(TargetKind::max_margin)].reset();
}

void Targets::adopt(BlockOrder order) {
  if (order == order_) return;
  order_ = std::move(order);
  made_ = {};
}

const MatrixF& Targets::of(TargetKind kind) const {
  auto& target = made_[static_cast<std::size_t>(kind)];
  if (!target) target = make(kind);
  return *target;
}

MatrixF Targets::make(TargetKind kind) const {
  if (task_ == nullptr) return {};
  const bool is_ordered = order_ != nullptr && static_cast<Index>(order_->size()) == task_->contexts;
  const std::span<const Index> order = is_ordered ? std::span<const Index>(*order_) : std::span<const Index>();
  switch (kind) {
    case TargetKind::semantic:
      return semantic_target(*task_, order);
    case TargetKind::symmetric:
      return symmetric_target(*task_);
    case TargetKind::proxy:
      return proxy_target(*task_, order);
    case TargetKind::max_margin:
      return theory_ != nullptr ? max_margin_target(*theory_, order) : MatrixF();
  }
  return {};
}

MatrixF proxy_target(const Task& task, std::span<const Index> order) {
  if (!task.has_targets()) return {};
  const Supports supports = reordered(supports_of(task.targets, task.words), order);
  return centred_proxy_context_cosines(supports, gram_block(task.contexts)).cast<float>();
}

MatrixF max_margin_target(const MaxMarginTheory& theory, std::span<const Index> order) {
  const MatrixD& h = theory.factors.h;
  return block_cosine_gram(centre_columns(h), gram_block(h.cols()), order).cast<float>();
}

bool is_proxy_symmetric(const Task& task) {
  std::vector<int> labels = task.labels;
  std::sort(labels.begin(), labels.end());
  return task.is_one_hot() && std::adjacent_find(labels.begin(), labels.end()) == labels.end();
}

TargetKind fitting_target(const Task& task, std::optional<TargetKind> wanted) {
  const bool has_factors = !task.factors.empty();
  if (wanted && (*wanted != TargetKind::semantic || has_factors)) return *wanted;
  if (has_factors && (task.is_one_hot() || !task.has_targets())) return TargetKind::semantic;
  return is_proxy_symmetric(task) || !task.has_targets() ? TargetKind::symmetric : TargetKind::proxy;
}

}  // namespace gramscope::app
