#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/train/analyst.h"
#include "core/train/history.h"
#include "core/train/playback.h"

namespace gramscope::app {

/// The past of a run of our own: its recorded steps as far as memory goes. One of them may be looked at while the run goes on
/// or rests; of that the run knows nothing. Steps are those of the current segment, which is the one that was added to last.
class Past {
 public:
  using Clock = Playback::Clock;

  Past() = default;
  /// What a branch that begins at that moment remembers of the run that it left, which may have recorded the step anew since.
  Past(const Past& parent, const PastMoment& moment);

  void add(const Recorded& recorded);
  void remeasure(const Remeasured& again);
  /// Something has changed there: it is remembered longer than what is around it.
  void pin(MomentKey moment) { history_.pin(moment, Protection::mark); }
  /// Another run: nothing is remembered.
  void clear();

  const History& history() const { return history_; }
  /// The most bytes that are remembered.
  void set_cap(std::size_t bytes) { history_.set_cap(bytes); }

  /// Whether a step of the past is looked at; the one that is, or is on its way to be.
  bool is_shown() const { return shown_.has_value(); }
  std::int64_t step() const { return shown_->step; }
  /// The moment that is looked at; nullptr where none is, or it has given way.
  const PastMoment* moment() const { return shown_ ? history_.at(*shown_) : nullptr; }

  /// Looks at the step nearest to that one on the axis of the timeline, and rests there.
  void seek(std::int64_t step);
  /// So many recorded steps further, or back, from `step`; past the newest, back to the run.
  void move(std::int64_t from, std::int64_t steps);
  /// Goes on through the recorded steps at that speed, and at the newest back to the run.
  void play(const SetSpeed& speed, Clock::time_point now = Clock::now());
  void rest() { playback_.reset(); }
  bool is_playing() const { return playback_.has_value(); }
  /// Back to the run.
  void leave();

  /// Once a frame while is_shown(): moves what plays, and has it analysed as wanted. The newest snapshot that was made of a
  /// step of the past; nullptr before the first.
  std::shared_ptr<const Snapshot> update(const FrameWanted& wanted, Clock::time_point now = Clock::now());
  /// How far the work on a large one is.
  std::optional<RunnerStatus::Preparation> preparation() const;
  void cancel();

 private:
  void go_on(Clock::time_point now);

  History history_;
  std::optional<MomentKey> shown_;
  std::optional<Playback> playback_;
  std::unique_ptr<Analyst> analyst_;  ///< from the first time that the past is looked at

  /// What the analyst was given last.
  std::shared_ptr<const Embeddings> submitted_;
  FrameWanted submitted_wanted_;
  bool is_remeasured_ = false;  ///< the metrics are others than it was given
};

}  // namespace gramscope::app
