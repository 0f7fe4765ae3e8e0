#include "app/views/context_row.h"

namespace gramscope::app {

std::optional<Index> selected_context(const Observatory& observatory) {
  const Snapshot* snapshot = observatory.snapshot();
  const auto& context = observatory.view.selection.context_a;
  if (snapshot == nullptr || !context || *context < 0 || *context >= snapshot->task().contexts)
    return std::nullopt;
  return context;
}

void ContextRow::refresh(Observatory& observatory, std::optional<Index> context) {
  const Snapshot* snapshot = observatory.snapshot();
  const bool is_in_full = snapshot != nullptr && snapshot->block == 1;
  if (context && !is_in_full) observatory.view.wanted.context = context;
  const bool is_known = snapshot != nullptr && context == context_ && of_.lock() == snapshot->embeddings &&
                        layer_ == snapshot->layer && cosines_.size() > 0;
  if (is_known) return;
  if (context_ != context || snapshot == nullptr) {
    context_ = context;
    cosines_.resize(0);
    ++version_;
  }
  if (snapshot == nullptr || !context) return;
  if (is_in_full && *context < snapshot->gram_h.cols())
    cosines_ = snapshot->gram_h.col(*context);
  else if (snapshot->context == context)
    cosines_ = snapshot->context_cosines;
  else
    return;  // those of the moment before are shown until the new ones are there
  of_ = snapshot->embeddings;
  layer_ = snapshot->layer;
  ++version_;
}

}  // namespace gramscope::app
