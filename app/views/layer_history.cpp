#include "app/views/layer_history.h"

#include <cmath>

namespace gramscope::app {
namespace {

std::int64_t bin_of(std::int64_t step) {
  return static_cast<std::int64_t>(std::floor(24.0 * std::log10(1.0 + static_cast<double>(step))));
}

}  // namespace

void LayerHistory::add(const Snapshot& snapshot) {
  if (snapshot.layers.empty()) return;
  if (snapshot.segment() != segment_ || snapshot.embeddings->task != task_) samples_.clear();
  segment_ = snapshot.segment();
  task_ = snapshot.embeddings->task;
  while (!samples_.empty() && samples_.back().step >= snapshot.step()) samples_.pop_back();
  // Step 0 stays: it is where everything begins.
  if (samples_.size() > 1 && bin_of(samples_.back().step) == bin_of(snapshot.step())) samples_.pop_back();
  samples_.push_back({snapshot.step(), snapshot.layers});
}

}  // namespace gramscope::app
