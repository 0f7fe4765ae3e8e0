#include "core/train/pair_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linalg/gram.h"
#include "core/linalg/pair_cosines.h"

namespace gramscope {

int PairHistogram::bin_of(double cosine) {
  // The ends of bins are not all numbers of the machine: what lies on one belongs to the bin that begins with
  // it.
  const double scaled = (std::clamp(cosine, -1.0, 1.0) + 1.0) * (0.5 * kBins);
  return std::min(static_cast<int>(scaled), kBins - 1);
}

PairHistogram pair_histogram(const MatrixD& x, std::span<const int> groups, const WorkDone& done) {
  PairHistogram histogram;
  histogram.points = x.cols();
  const int* group = static_cast<Index>(groups.size()) == x.cols() ? groups.data() : nullptr;
  double alike_sum = 0.0;
  double other_sum = 0.0;
  for_each_pair_cosine(unit_columns(x), [&](Index j, Index k, double cosine) {
    if (std::isnan(cosine)) {
      ++histogram.undefined;
      return;
    }
    const auto bin = static_cast<std::size_t>(PairHistogram::bin_of(cosine));
    const double within = std::clamp(cosine, -1.0, 1.0);
    if (group != nullptr && group[j] == group[k]) {
      ++histogram.alike.count[bin];
      alike_sum += within;
    } else {
      ++histogram.other.count[bin];
      other_sum += within;
    }
  }, done);
  const auto settle = [](PairHistogram::Kind& kind, double sum) {
    for (const auto count : kind.count) kind.pairs += count;
    kind.mean =
        kind.pairs > 0 ? sum / static_cast<double>(kind.pairs) : std::numeric_limits<double>::quiet_NaN();
  };
  settle(histogram.alike, alike_sum);
  settle(histogram.other, other_sum);
  return histogram;
}

std::shared_ptr<const PairHistogram> pair_histogram(const std::optional<PairHistogramWanted>& wanted,
                                                    const Task& task, const MatrixD& h, const MatrixD& w,
                                                    const WorkDone& done) {
  if (!wanted) return nullptr;
  const bool is_of_task = wanted->groups != nullptr && wanted->groups->task.get() == &task;
  const std::span<const int> groups =
      is_of_task ? std::span<const int>(wanted->groups->number) : std::span<const int>();
  auto histogram = std::make_shared<PairHistogram>(pair_histogram(wanted->of_words ? w : h, groups, done));
  histogram->wanted = *wanted;
  return histogram;
}

}  // namespace gramscope
