#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "core/registry/config.h"
#include "core/train/channel.h"
#include "core/train/snapshot.h"
#include "core/train/trainer.h"

namespace gramscope {

/// How the NTP-UFM of a task is trained: the plain UFM (IG Def. 1) in double with d = min(max(V, 2), 512) >= V - 1 where
/// that is possible, heavy ball 0.9, and both ridges from 1e-2 of the task's ridge limit geometrically down to a share
/// that the steps can follow. A function of the task and `seconds` alone: they are counted by the size of the task, not
/// measured.
struct NtpUfmPlan {
  Config config;            ///< resolved but for the task, which is given
  std::int64_t steps = 0;   ///< so many that they take about `seconds` of one core
  std::string unavailable;  ///< why there is no fit: a task that is too large for one, or has nothing to learn
};
NtpUfmPlan plan_ntp_ufm(const Task& task, double seconds = 5.0);

/// What a fit of the NTP-UFM has reached. Immutable.
struct NtpUfmState {
  std::shared_ptr<const Embeddings> embeddings;  ///< W, H and the step; nullptr where there is none, and `unavailable` says why
  double ridge = 0.0;                            ///< lambda_W = lambda_H in force
  std::int64_t steps = 0;                        ///< at which it ends
  MatrixF plain_gram_h;                          ///< as Snapshot's
  MatrixF plain_gram_w;
  std::string unavailable;

  bool is_final() const { return !unavailable.empty() || (embeddings != nullptr && embeddings->step >= steps); }
};

/// The training of the NTP-UFM, step by step, in the calling thread. Deterministic. A course that becomes unstable (not
/// finite, or an objective of more than twice that of zero weights) begins anew with half the learning rate.
class NtpUfmCourse {
 public:
  explicit NtpUfmCourse(std::shared_ptr<const Task> task);
  NtpUfmCourse(std::shared_ptr<const Task> task, NtpUfmPlan plan);

  /// Up to `steps` steps; fewer at the end. Throws RuntimeError where no learning rate is small enough.
  void advance(std::int64_t steps);
  bool is_finished() const { return trainer_ == nullptr || step_ >= plan_.steps; }
  std::int64_t step() const { return step_; }
  const NtpUfmPlan& plan() const { return plan_; }
  double learning_rate() const { return plan_.config.real("optimizer.lr"); }
  /// A copy of W and H now, and their cosines.
  std::shared_ptr<const NtpUfmState> state() const;

 private:
  void begin();
  void begin_slower();

  std::shared_ptr<const Task> task_;
  NtpUfmPlan plan_;
  double most_objective_ = 0.0;  ///< above it the course is unstable
  std::unique_ptr<Trainer> trainer_;
  std::int64_t step_ = 0;
};

/// A course on a thread of its own, beside a run: it leaves the processor alone a quarter of the time. What it ends with
/// does not depend on when it was active or looked at. All members are to be called from one thread, the owner's; the
/// destructor stops the thread within a step.
class NtpUfmFit {
 public:
  explicit NtpUfmFit(std::shared_ptr<const Task> task);
  NtpUfmFit(std::shared_ptr<const Task> task, NtpUfmPlan plan);
  ~NtpUfmFit();
  NtpUfmFit(const NtpUfmFit&) = delete;
  NtpUfmFit& operator=(const NtpUfmFit&) = delete;

  /// While it is not, the thread rests where it is. Active from the beginning.
  void set_active(bool is_active);
  /// The newest state; nullptr before the first.
  std::shared_ptr<const NtpUfmState> state() const { return state_.get(); }

 private:
  void work(const std::stop_token& stop, std::shared_ptr<const Task> task, NtpUfmPlan plan);
  void train(const std::stop_token& stop, NtpUfmCourse& course);
  /// False once the thread is to end.
  bool wait_until_active(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_active_ = true;
  Latest<std::shared_ptr<const NtpUfmState>> state_;
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace gramscope
