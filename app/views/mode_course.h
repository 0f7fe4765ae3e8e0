#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/observatory.h"
#include "core/theory/mode_growth.h"

namespace gramscope::app {

// How the modes of the logits are read over a run: their order, and the early growth that the theory gives them.

/// Where half of the largest value of `values` was reached for the first time: an index. Empty where no value is positive,
/// and where the first value already is that large, which is no growth.
std::optional<std::size_t> half_of_largest(std::span<const double> values);

/// The place of each in the order of `steps`, counted from 1; equal steps share a place, and what has no step has 0.
std::vector<int> places(std::span<const std::optional<double>> steps);

/// What a segment began with, and how long that held.
struct SegmentStart {
  Config config;
  std::optional<double> held_until;  ///< the step of the first change that matters to what is learned; empty: until now
  std::string unknown;               ///< why it cannot be told; empty where it can
};

/// The config in force at the beginning of the segment, from the one now and the marks of its changes.
/// Changes of `run.` parameters do not count. Where the learning rate was halved by the run itself it is unknown.
SegmentStart segment_start(const Config& now, std::span<const Parameter> parameters, std::span<const Mark> marks,
                           std::int64_t segment);

/// The early course of every mode as the theory has it, from the weights at step 0.
class EarlyGrowth {
 public:
  struct Course {
    std::vector<double> steps;
    std::vector<double> values;
    std::string undefined;  ///< why there is none
  };

  /// A course for each group, up to `last` steps and no longer than the settings of the beginning held; all end where the
  /// first of them has grown too large to be early.
  /// Made anew where anything it depends on is another.
  const std::vector<Course>& of(const TaskTheory& theory, const std::shared_ptr<const Embeddings>& first,
                                const SegmentStart& start, double last);

 private:
  const TaskTheory* theory_ = nullptr;
  std::shared_ptr<const Embeddings> first_;
  SegmentStart start_;
  double last_ = 0.0;
  std::vector<Course> courses_;
};

}  // namespace gramscope::app
