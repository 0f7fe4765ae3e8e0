#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "core/train/channel.h"
#include "core/train/run_source.h"
#include "core/train/snapshot.h"

namespace gramscope {

class Analysis;

/// A thread that turns copies of W and H into Snapshots. It works on the newest copy; older ones that it has
/// not begun are skipped.
class Analyst {
 public:
  Analyst();
  ~Analyst();

  /// Hands over the next copy, what is to be seen of it, and its metrics where they need not be measured (see
  /// Analysis). Called by the training thread.
  void submit(std::shared_ptr<const Embeddings> embeddings, const FrameWanted& wanted = {},
              std::optional<Metrics> measured = {});
  /// Whether it has nothing to do: a copy made now would be analysed at once.
  bool is_idle() const;
  std::shared_ptr<const Snapshot> snapshot() const { return snapshot_.get(); }

  /// How far it is with what takes more than half a second.
  std::optional<RunnerStatus::Preparation> preparation() const { return preparation_.get(); }
  /// Gives up what it has in hand; what of it was ready is shown.
  void cancel();

 private:
  struct Work {
    std::shared_ptr<const Embeddings> embeddings;
    FrameWanted wanted;
    std::optional<Metrics> measured;
  };

  void work();
  void make(Analysis& analyse, const Work& next);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Work> waiting_;
  bool is_busy_ = false;
  bool is_stopping_ = false;
  std::stop_source stop_;  ///< of what is in hand
  /// What takes long and is in hand: a count of all pairs.
  struct Count {
    std::weak_ptr<const Embeddings> of;
    PairHistogramWanted wanted;
    bool is_for(const Work& work) const { return of.lock() == work.embeddings && work.wanted.histogram == wanted; }
  };
  std::optional<Count> counting_;
  std::optional<Count> given_up_;  ///< the one that was cancelled: not begun again
  Latest<std::shared_ptr<const Snapshot>> snapshot_;
  Latest<std::optional<RunnerStatus::Preparation>> preparation_;
  std::thread thread_;
};

}  // namespace gramscope
