#include "core/train/log_thinning.h"

#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>

namespace gramscope {

namespace {

constexpr MomentKey first_of(std::int64_t segment) { return {segment, std::numeric_limits<std::int64_t>::min()}; }

/// In powers of two.
constexpr double kWorthOfSegment = 0.25;

double distance_between(MomentKey before, MomentKey after) {
  return std::log1p(static_cast<double>(after.step)) - std::log1p(static_cast<double>(before.step));
}

}  // namespace

void LogThinning::insert(MomentKey key, Protection protection) {
  const auto [at, is_new] = steps_.emplace(key, Step{protection});
  assert(is_new);
  (void)is_new;
  place(at);
  place_around(at);
}

void LogThinning::erase(MomentKey key) {
  const auto at = steps_.find(key);
  assert(at != steps_.end());
  take_away(at);
  const auto after = steps_.erase(at);
  if (!steps_.empty()) place_around(after);
}

void LogThinning::protect(MomentKey key, Protection protection) {
  const auto at = steps_.find(key);
  assert(at != steps_.end());
  if (at->second.protection == protection) return;
  take_away(at);
  at->second.protection = protection;
  place(at);
}

MomentKey LogThinning::next_to_go() const {
  assert(!steps_.empty());
  const auto& marks = places_[kMark];
  if (2 * marks.size() > steps_.size()) return marks.begin()->key;
  auto rank = places_.begin();
  while (rank->empty()) ++rank;
  return rank->begin()->key;
}

const MomentKey* LogThinning::at_or_before(MomentKey key) const {
  const auto after = steps_.upper_bound(key);
  return after == steps_.begin() ? nullptr : &std::prev(after)->first;
}

void LogThinning::take_away(Steps::const_iterator at) {
  places_[at->second.rank].erase({at->second.worth, at->first});
}

void LogThinning::place(Steps::iterator at) {
  take_away(at);
  const auto& key = at->first;
  const bool has_before = at != steps_.begin() && std::prev(at)->first.segment == key.segment;
  const auto next = std::next(at);
  const bool has_after = next != steps_.end() && next->first.segment == key.segment;
  auto& step = at->second;
  const double gap = (has_before ? distance_between(std::prev(at)->first, key) : std::numbers::ln2) +
                     (has_after ? distance_between(key, next->first) : std::numbers::ln2);
  // As a sum it never needs to be worked out again when another segment begins.
  step.worth = std::log2(gap) + kWorthOfSegment * static_cast<double>(key.segment);
  if (next == steps_.end())
    step.rank = kNewest;
  else if (!has_before && key.segment == steps_.rbegin()->first.segment)
    step.rank = kFirst;
  else
    step.rank = step.protection == Protection::landmark ? kLandmark
                : step.protection == Protection::mark   ? kMark
                                                        : kOrdinary;
  places_[step.rank].insert({step.worth, key});
}

void LogThinning::place_around(Steps::iterator at) {
  if (at != steps_.begin()) place(std::prev(at));
  if (at != steps_.end() && std::next(at) != steps_.end()) place(std::next(at));
  if (at != steps_.end()) place(at);
  // Which segment is the last may have changed, and with it what its ends and those of the one before are.
  const auto first = steps_.lower_bound(first_of(steps_.rbegin()->first.segment));
  place(first);
  place(std::prev(steps_.end()));
  if (first == steps_.begin()) return;
  const auto last_before = std::prev(first);
  place(last_before);
  place(steps_.lower_bound(first_of(last_before->first.segment)));
}

}  // namespace gramscope
