#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/linalg/types.h"
#include "core/linalg/work_done.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Contexts (or words) divided into groups: pairs within a group are told apart from the others.
struct PairGroups {
  std::shared_ptr<const Task> task;  ///< of which these are contexts: groups of another task mean nothing
  std::vector<int> number;           ///< the group of each
};

/// What a histogram of cosines is to be made of.
struct PairHistogramWanted {
  bool of_words = false;                     ///< rows of W in place of columns of H
  std::shared_ptr<const PairGroups> groups;  ///< nullptr: no pair is told apart

  friend bool operator==(const PairHistogramWanted&, const PairHistogramWanted&) = default;
};

/// How often each cosine occurs among all pairs: the exact counts, however many pairs there are.
struct PairHistogram {
  static constexpr int kBins = 200;  ///< of equal width, from -1 to 1; each has its lower end, the last both

  /// Pairs of one kind.
  struct Kind {
    std::array<std::int64_t, kBins> count{};
    std::int64_t pairs = 0;  ///< the sum of `count`
    double mean = 0.0;       ///< of the cosines themselves; NaN without pairs
  };
  Kind alike;  ///< both of one group; empty without groups
  Kind other;
  std::int64_t undefined = 0;  ///< pairs of which one has no direction

  Index points = 0;            ///< alike.pairs + other.pairs + undefined = points (points - 1) / 2
  PairHistogramWanted wanted;  ///< what it was made of

  static double lower_end(int bin) { return -1.0 + 2.0 * bin / kBins; }
  /// -1 to 1, and what rounding puts outside of it.
  static int bin_of(double cosine);
};

/// The histogram of the cosines of all pairs of columns of X (d×n), in double; centred columns, usually.
/// `groups` has a number for each column, or is empty. At a simplex of n columns every cosine is -1/(n-1).
/// Columns of norm 0 have no direction: their pairs are counted as undefined. Time grows with n^2 d, memory
/// with n d.
PairHistogram pair_histogram(const MatrixD& x, std::span<const int> groups = {}, const WorkDone& done = {});

/// That of the centred columns `h` or `w` of a task's embeddings, as wanted; nullptr where none is. Groups of
/// another task are left out.
std::shared_ptr<const PairHistogram> pair_histogram(const std::optional<PairHistogramWanted>& wanted,
                                                    const Task& task, const MatrixD& h, const MatrixD& w,
                                                    const WorkDone& done = {});

}  // namespace gramscope
