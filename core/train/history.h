#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/train/event.h"
#include "core/train/log_thinning.h"
#include "core/train/memory_blocks.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// A recorded step that is remembered. What it points to is immutable and shared with whoever else holds it.
struct PastMoment {
  std::int64_t segment = 0;
  std::int64_t step = 0;
  std::int64_t tick = 0;
  Metrics metrics;
  PhaseTracker phase;
  std::shared_ptr<const Embeddings> embeddings;          ///< never null
  std::shared_ptr<const EngineCheckpoint> branch_point;  ///< nullptr: none was taken, or it has given way
  std::size_t commands = 0;  ///< executed up to here
  std::size_t bytes = 0;  ///< of all that it keeps alive, what others keep alive too included; set by History

  MomentKey key() const { return {segment, step}; }
};

/// The moment of an event; its embeddings and its branch point are the record's own, not copies.
PastMoment moment_of(const Recorded& recorded);

/// The recorded steps of a run as far as memory goes: what the time machine shows and branches from.
///
/// All moments together take at most cap() bytes after every call, counted by block (memory_blocks()): what several of them
/// share counts once. What is over it gives way like this:
/// - Embeddings and branch points have half of the cap each, and each may use what the other leaves of its half. Where all is
///   over the cap and branch points over their half, a branch point goes and its moment stays without it; else a moment goes,
///   with its branch point.
/// - Which one goes is a matter of log(1 + step) and of what is protected: see LogThinning. Ends of the segment in force, the
///   peak, the overtake and the collapse of each segment and what has been pinned as `landmark` go last, and before them what
///   has been pinned as `mark`.
/// - A moment that would be over the cap alone is not taken in.
/// What is left depends on the calls made and on nothing else.
///
/// A value: a copy shares the moments' contents, and is how a branch takes the past along. Not for several threads at a time:
/// it belongs to the thread that draws, which is handed Recorded events by RunSource::take_events(). A PastMoment found is valid
/// until the next call of a function that is not const; whoever needs it longer keeps its embeddings or its branch point.
/// Every call takes the logarithm of the number of moments, but steps() and the copy.
class History {
 public:
  static constexpr std::size_t kDefaultCap = std::size_t{512} << 20;

  explicit History(std::size_t cap = kDefaultCap) : cap_(cap) {}

  /// Takes in a recorded step, in place of the last moment if that is of the same step. Moments come in order; one before the
  /// last means that the run has gone back: those from it on are forgotten. False if it would be over the cap alone, or had no
  /// embeddings to be shown.
  bool add(PastMoment moment);

  /// L_mm has been found, or taken back. Nothing where there is no such moment.
  void remeasure(const Remeasured& again);

  /// Protects a moment that is there or will come: where a parameter was changed (`mark`), where a branch begins (`landmark`).
  /// The stronger one counts; unpin() takes one such wish back.
  void pin(MomentKey key, Protection protection);
  void unpin(MomentKey key, Protection protection);

  /// Forgets what lies after: how the copy for a branch begins.
  void forget_after(MomentKey key);
  void clear();

  std::size_t cap() const { return cap_; }
  /// Less than is held: what is over it gives way at once.
  void set_cap(std::size_t bytes);
  /// What is held, and how much of it for the sake of branch points alone.
  std::size_t bytes() const { return ledger_.bytes; }
  std::size_t branch_point_bytes() const { return ledger_.bytes - ledger_.of_moments; }

  std::size_t size() const { return moments_.size(); }
  std::size_t branch_points() const { return with_branch_point_.size(); }
  bool is_empty() const { return moments_.empty(); }

  // Finding. Segments follow one another: "before" and "after" reach across them. nullptr where there is none.

  const PastMoment* first() const;
  const PastMoment* last() const;
  const PastMoment* at(MomentKey key) const;
  const PastMoment* at_or_before(MomentKey key) const;
  const PastMoment* next(MomentKey key) const;      ///< the first after, whether or not `key` is there
  const PastMoment* previous(MomentKey key) const;  ///< the last before
  /// Of that segment the one closest on the timeline, whose axis is log(1 + step); of two as close the earlier.
  const PastMoment* nearest(MomentKey key) const;
  /// The last that has a branch point, at or before: an engine that goes on from there, with the commands executed since at
  /// their ticks, comes to exactly that step.
  const PastMoment* branch_point_at_or_before(MomentKey key) const;
  /// The steps of a segment that are remembered, ascending.
  std::vector<std::int64_t> steps(std::int64_t segment) const;

 private:
  /// Blocks with how many hold them, and their sums.
  class Ledger {
   public:
    std::size_t bytes = 0;       ///< of all blocks
    std::size_t of_moments = 0;  ///< of those that embeddings hold, whether or not branch points do too

    void hold(const MemoryBlocks& blocks, bool is_branch_point);
    void release(const MemoryBlocks& blocks, bool is_branch_point);
    /// What a moment takes and shares with nobody.
    void hold_own(std::size_t own);
    void release_own(std::size_t own);
    /// Of a block that is held.
    std::optional<std::size_t> size_of(const void* what) const;

   private:
    struct Entry {
      std::size_t bytes = 0;
      std::size_t by_embeddings = 0;
      std::size_t by_branch_points = 0;
    };
    std::map<const void*, Entry> entries_;
  };

  struct Held {
    PastMoment moment;
    std::size_t own = 0;
    MemoryBlocks embeddings;
    MemoryBlocks branch_point;
  };
  using Moments = std::map<MomentKey, Held>;

  const PastMoment* found(Moments::const_iterator at) const { return at == moments_.end() ? nullptr : &at->second.moment; }
  Protection protection_of(MomentKey key) const;
  void protect(MomentKey key);
  /// The peak, the overtake and the collapse are where the segment's last moment says.
  void move_landmarks(std::int64_t segment, const PhaseTracker& phase);
  void drop(MomentKey key);
  void drop_branch_point(MomentKey key);
  void make_room();

  std::size_t cap_;
  Ledger ledger_;
  Moments moments_;
  LogThinning thinning_;           ///< of all moments
  LogThinning with_branch_point_;  ///< of those that have one

  struct Pins {
    int marks = 0;
    int landmarks = 0;
  };
  std::map<MomentKey, Pins> pins_;
  std::map<std::int64_t, std::set<std::int64_t>> phase_landmarks_;  ///< segment -> steps
};

}  // namespace gramscope
