#pragma once

#include <cstdint>
#include <vector>

#include "core/train/snapshot.h"

namespace gramscope::app {

/// The readings of the layers over the steps of a segment, as previews brought them: the newest in each 24th of a
/// decade, which is as fine as steps are recorded. A restart, or another task, begins anew; a step back forgets what
/// came after it.
class LayerHistory {
 public:
  struct Sample {
    std::int64_t step = 0;
    std::vector<LayerReading> layers;
  };

  void add(const Snapshot& snapshot);
  const std::vector<Sample>& samples() const { return samples_; }

 private:
  std::int64_t segment_ = -1;
  std::shared_ptr<const Task> task_;
  std::vector<Sample> samples_;
};

}  // namespace gramscope::app
