#include "core/theory/max_margin_work.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "core/linalg/arithmetic.h"

namespace gramscope {

namespace {

/// What the work has come to, told to whoever asks.
class Outcome {
 public:
  void set(std::shared_ptr<const MaxMarginTheory> result) {
    {
      const std::lock_guard lock(mutex_);
      result_ = std::move(result);
      is_over_ = true;
    }
    changed_.notify_all();
  }
  void fail(std::string why) {
    {
      const std::lock_guard lock(mutex_);
      failure_ = std::move(why);
      is_over_ = true;
    }
    changed_.notify_all();
  }
  std::shared_ptr<const MaxMarginTheory> result() const {
    const std::lock_guard lock(mutex_);
    return result_;
  }
  std::string failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  void wait() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::shared_ptr<const MaxMarginTheory> result_;
  std::string failure_;
  bool is_over_ = false;
};

/// No exception leaves it: what goes wrong is the outcome.
void solve_into(Outcome& outcome, const TaskTheory& theory, const TaskWork& work) {
  try {
    const auto begin = std::chrono::steady_clock::now();
    auto solution = solve_max_margin(theory.supports, {}, work);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    outcome.set(make_max_margin_theory(theory.task, std::move(solution), taken.count()));
  } catch (const std::bad_alloc&) {
    outcome.fail("L_mm does not fit in memory: " + std::to_string(theory.supports.words) + "×" +
                 std::to_string(theory.supports.contexts()) + " logits and what solving for them takes");
  } catch (const Cancelled&) {
    outcome.fail("solving for L_mm was stopped");
  } catch (const std::exception& error) {
    outcome.fail(std::string("L_mm could not be solved for: ") + error.what());
  }
}

class DoneWork final : public MaxMarginWork {
 public:
  DoneWork(const TaskTheory& theory, const TaskWork& work) {
    const ComputeScope scope;
    solve_into(outcome_, theory, work);
  }
  std::shared_ptr<const MaxMarginTheory> result() const override { return outcome_.result(); }
  std::string failure() const override { return outcome_.failure(); }
  void wait() override {}

 private:
  Outcome outcome_;
};

/// One solver at a time in this process: two would take the cores from the training, and be slower each.
class Turns {
 public:
  /// Throws Cancelled if a stop is asked for before it is this one's turn.
  void take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !is_taken_; })) throw Cancelled("Solving for L_mm: cancelled");
    is_taken_ = true;
  }
  void give_back() {
    {
      const std::lock_guard lock(mutex_);
      is_taken_ = false;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_taken_ = false;
};

class Turn {
 public:
  explicit Turn(const std::stop_token& stop) { turns().take(stop); }
  ~Turn() { turns().give_back(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static Turns& turns() {
    static Turns all;
    return all;
  }
};

class WorkBeside final : public MaxMarginWork {
 public:
  WorkBeside(std::shared_ptr<const TaskTheory> theory, std::function<void(double)> progress,
             std::function<void()> on_end)
      : theory_(std::move(theory)), progress_(std::move(progress)), on_end_(std::move(on_end)) {
    try {
      thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    } catch (const std::system_error& error) {
      outcome_.fail(std::string("L_mm is not solved for: no thread could be started (") + error.what() + ")");
    }
  }
  std::shared_ptr<const MaxMarginTheory> result() const override { return outcome_.result(); }
  std::string failure() const override { return outcome_.failure(); }
  void wait() override { outcome_.wait(); }

 private:
  void work(const std::stop_token& stop) {
    const ComputeScope scope;
    TaskWork work;
    work.stop = stop;
    if (progress_) work.report = [this](double share, std::string_view) { progress_(share); };
    try {
      const Turn turn(stop);
      solve_into(outcome_, *theory_, work);
    } catch (const Cancelled&) {
      outcome_.fail("solving for L_mm was stopped");
    }
    if (on_end_ && !stop.stop_requested()) on_end_();
  }

  std::shared_ptr<const TaskTheory> theory_;
  std::function<void(double)> progress_;
  std::function<void()> on_end_;
  Outcome outcome_;
  std::jthread thread_;  ///< last: its destruction stops the work, which uses the others
};

}  // namespace

std::shared_ptr<MaxMarginWork> solve_max_margin_now(std::shared_ptr<const TaskTheory> theory, const TaskWork& work) {
  return std::make_shared<DoneWork>(*theory, work);
}

std::shared_ptr<MaxMarginWork> solve_max_margin_beside(std::shared_ptr<const TaskTheory> theory,
                                                       std::function<void(double share)> progress,
                                                       std::function<void()> on_end) {
  return std::make_shared<WorkBeside>(std::move(theory), std::move(progress), std::move(on_end));
}

}  // namespace gramscope
