#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/train/channel.h"
#include "core/train/snapshot.h"

namespace gramscope {

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

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  struct Work {
    std::shared_ptr<const Embeddings> embeddings;
    FrameWanted wanted;
    std::optional<Metrics> measured;
  };
  std::optional<Work> waiting_;
  bool is_busy_ = false;
  bool is_stopping_ = false;
  Latest<std::shared_ptr<const Snapshot>> snapshot_;
  std::thread thread_;
};

}  // namespace gramscope
