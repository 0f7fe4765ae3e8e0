#include "core/train/history.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace gramscope {

namespace {

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

bool holds(const MemoryBlocks& blocks, const void* what) {
  return std::any_of(blocks.begin(), blocks.end(), [&](const MemoryBlock& block) { return block.what == what; });
}

}  // namespace

PastMoment moment_of(const Recorded& recorded) {
  const auto& record = recorded.record;
  PastMoment moment;
  moment.segment = record.segment();
  moment.step = record.step();
  moment.tick = record.embeddings != nullptr ? record.embeddings->tick : 0;
  moment.metrics = record.metrics;
  moment.phase = record.phase;
  moment.embeddings = record.embeddings;
  moment.branch_point = recorded.branch_point;
  moment.commands = recorded.commands;
  return moment;
}

void History::Ledger::hold(const MemoryBlocks& blocks, bool is_branch_point) {
  for (const auto& block : blocks) {
    auto& entry = entries_.try_emplace(block.what, Entry{block.bytes}).first->second;
    if (entry.by_embeddings + entry.by_branch_points == 0) bytes += entry.bytes;
    if (!is_branch_point && entry.by_embeddings == 0) of_moments += entry.bytes;
    ++(is_branch_point ? entry.by_branch_points : entry.by_embeddings);
  }
}

void History::Ledger::release(const MemoryBlocks& blocks, bool is_branch_point) {
  for (const auto& block : blocks) {
    const auto at = entries_.find(block.what);
    auto& entry = at->second;
    --(is_branch_point ? entry.by_branch_points : entry.by_embeddings);
    if (!is_branch_point && entry.by_embeddings == 0) of_moments -= entry.bytes;
    if (entry.by_embeddings + entry.by_branch_points > 0) continue;
    bytes -= entry.bytes;
    entries_.erase(at);
  }
}

void History::Ledger::hold_own(std::size_t own) {
  bytes += own;
  of_moments += own;
}

void History::Ledger::release_own(std::size_t own) {
  bytes -= own;
  of_moments -= own;
}

std::optional<std::size_t> History::Ledger::size_of(const void* what) const {
  const auto at = entries_.find(what);
  return at == entries_.end() ? std::nullopt : std::optional(at->second.bytes);
}

bool History::add(PastMoment moment) {
  if (moment.embeddings == nullptr) return false;
  const auto key = moment.key();
  while (!moments_.empty() && moments_.rbegin()->first >= key) drop(moments_.rbegin()->first);

  Held held;
  const KnownBytes known = [this](const void* what) { return ledger_.size_of(what); };
  held.own = sizeof(Moments::value_type) + bytes_of(moment.metrics);
  held.embeddings = memory_blocks(*moment.embeddings, known);
  std::size_t alone = held.own + bytes_of(held.embeddings);
  if (alone > cap_) return false;
  if (moment.branch_point != nullptr) {
    held.branch_point = memory_blocks(*moment.branch_point, known);
    std::size_t more = 0;
    for (const auto& block : held.branch_point) more += holds(held.embeddings, block.what) ? 0 : block.bytes;
    if (more > cap_ - alone) {
      moment.branch_point.reset();
      held.branch_point.clear();
    } else {
      alone += more;
    }
  }
  moment.bytes = alone;
  held.moment = std::move(moment);

  ledger_.hold_own(held.own);
  ledger_.hold(held.embeddings, false);
  ledger_.hold(held.branch_point, true);
  const auto phase = held.moment.phase;
  const bool has_branch_point = held.moment.branch_point != nullptr;
  moments_.emplace(key, std::move(held));
  thinning_.insert(key, protection_of(key));
  if (has_branch_point) with_branch_point_.insert(key, protection_of(key));
  move_landmarks(key.segment, phase);
  make_room();
  return true;
}

void History::remeasure(const Remeasured& again) {
  const auto at = moments_.find({again.segment, again.step});
  if (at == moments_.end()) return;
  auto& held = at->second;
  ledger_.release_own(held.own);
  held.moment.bytes -= held.own;
  held.moment.metrics = again.metrics;
  held.own = sizeof(Moments::value_type) + bytes_of(held.moment.metrics);
  held.moment.bytes += held.own;
  ledger_.hold_own(held.own);
  make_room();
}

void History::pin(MomentKey key, Protection protection) {
  if (protection == Protection::none) return;
  auto& pins = pins_[key];
  ++(protection == Protection::mark ? pins.marks : pins.landmarks);
  protect(key);
}

void History::unpin(MomentKey key, Protection protection) {
  const auto at = pins_.find(key);
  if (at == pins_.end() || protection == Protection::none) return;
  auto& count = protection == Protection::mark ? at->second.marks : at->second.landmarks;
  count = std::max(0, count - 1);
  if (at->second.marks + at->second.landmarks == 0) pins_.erase(at);
  protect(key);
}

Protection History::protection_of(MomentKey key) const {
  const auto phase = phase_landmarks_.find(key.segment);
  if (phase != phase_landmarks_.end() && phase->second.contains(key.step)) return Protection::landmark;
  const auto pinned = pins_.find(key);
  if (pinned == pins_.end()) return Protection::none;
  return pinned->second.landmarks > 0 ? Protection::landmark : Protection::mark;
}

void History::protect(MomentKey key) {
  if (thinning_.contains(key)) thinning_.protect(key, protection_of(key));
  if (with_branch_point_.contains(key)) with_branch_point_.protect(key, protection_of(key));
}

void History::move_landmarks(std::int64_t segment, const PhaseTracker& phase) {
  std::set<std::int64_t> now;
  for (const auto& step : {phase.peak_step(), phase.overtake_step(), phase.collapse_step()})
    if (step) now.insert(*step);
  auto& landmarks = phase_landmarks_[segment];
  if (now == landmarks) return;
  std::swap(now, landmarks);
  for (const auto step : now) protect({segment, step});
  for (const auto step : landmarks) protect({segment, step});
}

void History::drop(MomentKey key) {
  const auto at = moments_.find(key);
  drop_branch_point(key);
  ledger_.release(at->second.embeddings, false);
  ledger_.release_own(at->second.own);
  thinning_.erase(key);
  moments_.erase(at);
}

void History::drop_branch_point(MomentKey key) {
  auto& held = moments_.find(key)->second;
  if (held.moment.branch_point == nullptr) return;
  for (const auto& block : held.branch_point) held.moment.bytes -= holds(held.embeddings, block.what) ? 0 : block.bytes;
  ledger_.release(held.branch_point, true);
  held.branch_point = {};
  held.moment.branch_point.reset();
  with_branch_point_.erase(key);
}

void History::make_room() {
  while (ledger_.bytes > cap_) {
    if (branch_point_bytes() > cap_ / 2 && !with_branch_point_.is_empty())
      drop_branch_point(with_branch_point_.next_to_go());
    else
      drop(thinning_.next_to_go());
  }
}

void History::forget_after(MomentKey key) {
  while (!moments_.empty() && moments_.rbegin()->first > key) drop(moments_.rbegin()->first);
  pins_.erase(pins_.upper_bound(key), pins_.end());
  phase_landmarks_.erase(phase_landmarks_.upper_bound(key.segment), phase_landmarks_.end());
  const auto* newest = last();
  if (newest != nullptr && newest->segment == key.segment)
    move_landmarks(key.segment, newest->phase);
  else
    phase_landmarks_.erase(key.segment);
}

void History::clear() { *this = History(cap_); }

void History::set_cap(std::size_t bytes) {
  cap_ = bytes;
  make_room();
}

const PastMoment* History::first() const { return found(moments_.begin()); }
const PastMoment* History::last() const { return moments_.empty() ? nullptr : &moments_.rbegin()->second.moment; }
const PastMoment* History::at(MomentKey key) const { return found(moments_.find(key)); }
const PastMoment* History::next(MomentKey key) const { return found(moments_.upper_bound(key)); }

const PastMoment* History::at_or_before(MomentKey key) const {
  const auto after = moments_.upper_bound(key);
  return after == moments_.begin() ? nullptr : &std::prev(after)->second.moment;
}

const PastMoment* History::previous(MomentKey key) const {
  const auto from = moments_.lower_bound(key);
  return from == moments_.begin() ? nullptr : &std::prev(from)->second.moment;
}

const PastMoment* History::nearest(MomentKey key) const {
  const auto from = moments_.lower_bound(key);
  const PastMoment* after = from != moments_.end() && from->first.segment == key.segment ? &from->second.moment : nullptr;
  const PastMoment* before = previous(key);
  if (before == nullptr || before->segment != key.segment) return after;
  if (after == nullptr) return before;
  // log(1 + s) - log(1 + a) <= log(1 + b) - log(1 + s) as a comparison of ratios.
  const auto place = [](std::int64_t step) { return 1.0 + static_cast<double>(step); };
  return place(key.step) / place(before->step) <= place(after->step) / place(key.step) ? before : after;
}

const PastMoment* History::branch_point_at_or_before(MomentKey key) const {
  const auto* found_key = with_branch_point_.at_or_before(key);
  return found_key == nullptr ? nullptr : at(*found_key);
}

std::vector<std::int64_t> History::steps(std::int64_t segment) const {
  std::vector<std::int64_t> steps;
  const auto end = moments_.upper_bound({segment, kLatest});
  for (auto at = moments_.lower_bound({segment, kEarliest}); at != end; ++at) steps.push_back(at->first.step);
  return steps;
}

}  // namespace gramscope
