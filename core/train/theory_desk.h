#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/registry/config.h"
#include "core/theory/max_margin_work.h"
#include "core/train/event.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Why a moment that is to be compared with L_mm has none yet.
inline constexpr const char* kMaxMarginAtWork = "L_mm is being solved for";

/// What the theory says of one task, and the work on its L_mm. There is one for all segments and checkpoints on the task:
/// going back forgets nothing of it, and a restart solves nothing anew.
struct TheoryOfTask {
  std::shared_ptr<const TaskTheory> theory;
  Config config;                                  ///< that the task was made from
  std::int64_t since_segment = 0;                 ///< the first on this task
  std::shared_ptr<MaxMarginWork> work;            ///< nullptr: not begun, stopped or over
  std::shared_ptr<const MaxMarginTheory> solved;  ///< what the work has found
  std::string failure;                            ///< why it has found nothing
  bool is_announced = false;                      ///< MaxMarginSolved has been told

  bool is_open() const { return solved == nullptr && failure.empty(); }
};

/// Has L_mm solved for beside a run, and completes the records that were made before it was there. When the result arrives is
/// a matter of chance, what the records say in the end is not: each that is due a comparison with L_mm has its W and H kept
/// here until it has got it. Used by one thread, the engine's.
class TheoryDesk {
 public:
  /// Records that wait for the L_mm of one task, in order.
  struct Queue {
    struct Item {
      std::int64_t segment = 0;
      std::int64_t step = 0;
      std::shared_ptr<const Embeddings> embeddings;
    };
    std::shared_ptr<TheoryOfTask> of;
    std::vector<Item> items;
  };

  /// `most_bytes`: see is_full().
  explicit TheoryDesk(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Begins the work where it has not begun; an empty solver solves at once.
  static void begin(TheoryOfTask& of, const MaxMarginSolver& solver);

  /// Keeps W and H of a record that is due a comparison, in place of those of an earlier record of the same step.
  void keep(const Record& record, const std::shared_ptr<TheoryOfTask>& of);
  /// The record of that step has been replaced.
  void drop(std::int64_t segment, std::int64_t step);

  /// Takes in what has been found: completes the records that waited for it, in order, and returns what is to be told.
  /// `in_force` is of the task in force. Cheap where nothing has been found since.
  std::vector<Event> collect(std::vector<Record>& records, TheoryOfTask& in_force);

  /// Stops the work on a task and takes what came of it out of the records made on it. `without` is the present moment, and
  /// says why there is no L_mm.
  std::vector<Event> withdraw(std::vector<Record>& records, const std::shared_ptr<TheoryOfTask>& of,
                              const Embeddings& without);

  /// Waits for all work that records wait for; collect() then completes them.
  void wait() const;
  /// Stops that work: collect() then says in its records why.
  void abandon(const std::string& why);

  bool has_waiting() const { return !queues_.empty(); }
  /// W and H of the records that wait take more than they may: no step is to be taken before L_mm is there. What is recorded
  /// does not depend on it.
  bool is_full() const { return bytes_ > most_bytes_; }

  const std::vector<Queue>& queues() const { return queues_; }
  /// Back to earlier queues. Work for them that was stopped since begins anew.
  void restore(std::vector<Queue> queues, const MaxMarginSolver& solver);

 private:
  void count_bytes();

  std::size_t most_bytes_;
  std::vector<Queue> queues_;  ///< none is empty
  std::size_t bytes_ = 0;
};

}  // namespace gramscope
