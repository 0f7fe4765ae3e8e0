#pragma once

#include <cstdint>
#include <vector>

#include "core/train/event.h"

namespace gramscope::app {

/// The recorded steps that lead to the present one, in order: what the window draws curves through. A stop at the peak begins
/// a segment, which what led to the peak is counted to from then on.
class RecordedCourse {
 public:
  RecordedCourse() = default;
  explicit RecordedCourse(const std::vector<Record>& records);

  void clear();
  /// Steps of which this one is not a continuation go; those that stay are counted to its segment.
  void add(const Recorded& recorded);
  /// Forgets the steps after that one.
  void forget_after(std::int64_t step);
  /// The engine goes by the segment that a step was recorded in. A step that is not here any more is passed over.
  void remeasure(const Remeasured& remeasured);
  /// All of them anew, in order.
  void replace(std::vector<Record> records);

  const std::vector<Record>& records() const { return records_; }

 private:
  void remove_last();

  std::vector<Record> records_;
  std::vector<std::int64_t> recorded_in_;  ///< the engine's segment of each
};

}  // namespace gramscope::app
