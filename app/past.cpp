#include "app/past.h"

#include <algorithm>
#include <vector>

namespace gramscope::app {

Past::Past(const Past& parent, const PastMoment& moment) : history_(parent.history_) {
  history_.forget_after(moment.key());
  const PastMoment* last = history_.last();
  if (last == nullptr || last->key() != moment.key() || last->commands != moment.commands) history_.add(moment);
}

void Past::add(const Recorded& recorded) {
  if (recorded.record.embeddings == nullptr) return;
  history_.add(moment_of(recorded));
}

void Past::remeasure(const Remeasured& again) {
  history_.remeasure(again);
  if (shown_ && *shown_ == MomentKey{again.segment, again.step}) is_remeasured_ = true;
}

void Past::clear() {
  leave();
  history_.clear();
}

void Past::leave() {
  shown_.reset();
  playback_.reset();
  submitted_.reset();
}

void Past::seek(std::int64_t step) {
  const PastMoment* last = history_.last();
  if (last == nullptr) return;
  playback_.reset();
  if (const PastMoment* nearest = history_.nearest({last->segment, step})) shown_ = nearest->key();
}

void Past::move(std::int64_t from, std::int64_t steps) {
  const PastMoment* last = history_.last();
  if (last == nullptr || steps == 0) return;
  playback_.reset();
  const auto all = history_.steps(last->segment);
  // The first at or after, and for a way back, the first not before.
  const auto at = std::lower_bound(all.begin(), all.end(), from);
  auto place = at - all.begin();
  if (steps > 0 && (at == all.end() || *at != from)) --place;
  place += steps;
  if (place >= static_cast<std::ptrdiff_t>(all.size())) return leave();
  shown_ = MomentKey{last->segment, all[static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, place))]};
}

void Past::play(const SetSpeed& speed, Clock::time_point now) {
  if (!shown_) return;
  playback_.emplace();
  playback_->start(speed, shown_->step, now, Playback::Unit::steps);
}

void Past::go_on(Clock::time_point now) {
  const auto steps = history_.steps(shown_->segment);
  const auto at = std::lower_bound(steps.begin(), steps.end(), shown_->step);
  if (at == steps.end()) return leave();
  const auto place = static_cast<std::size_t>(at - steps.begin());
  const auto snapshot = analyst_ != nullptr ? analyst_->snapshot() : nullptr;
  const bool is_seen = snapshot != nullptr && snapshot->embeddings == submitted_ && snapshot->step() == shown_->step;
  const std::size_t due = playback_->due(steps, place, is_seen, now);
  if (due + 1 >= steps.size()) return leave();
  shown_->step = steps[due];
}

std::shared_ptr<const Snapshot> Past::update(const FrameWanted& wanted, Clock::time_point now) {
  if (shown_ && playback_) go_on(now);
  if (!shown_) return nullptr;
  // It may have given way to newer ones meanwhile, or the run has gone back before it.
  const PastMoment* moment = history_.at(*shown_);
  if (moment == nullptr) moment = history_.nearest(*shown_);
  if (moment == nullptr) {
    leave();
    return nullptr;
  }
  shown_ = moment->key();
  if (analyst_ == nullptr) analyst_ = std::make_unique<Analyst>();
  if (moment->embeddings != submitted_ || !(wanted == submitted_wanted_) || is_remeasured_) {
    analyst_->submit(moment->embeddings, wanted, moment->metrics);
    submitted_ = moment->embeddings;
    submitted_wanted_ = wanted;
    is_remeasured_ = false;
  }
  return analyst_->snapshot();
}

std::optional<RunnerStatus::Preparation> Past::preparation() const {
  return shown_ && analyst_ != nullptr ? analyst_->preparation() : std::nullopt;
}

void Past::cancel() {
  if (analyst_ != nullptr) analyst_->cancel();
}

}  // namespace gramscope::app
