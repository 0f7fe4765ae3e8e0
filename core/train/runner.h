#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/train/engine.h"
#include "core/train/run_source.h"

namespace gramscope {

/// What a runner has around it.
struct RunnerHooks {
  WeightReader read_weights = {};  ///< for model.weights
  /// Hears of the making of the first task and can stop it: it is made before the threads are there to be asked.
  std::function<TaskWork()> first_task_work = {};
  /// Comes before the first turn, and shows as a preparation; cancel_preparation() ends it where it is.
  CatchUp catch_up = {};
};

/// An Engine on a thread of its own, and an analyst thread that turns copies of W and H into Snapshots.
///
/// send() puts commands and controls into a queue that the training thread empties between two steps: no shared
/// flags, and no lock is held while stepping, analysing or drawing. Results come back through take_events()
/// (every event, in order, each once) and snapshot() (the newest only). All members are to be called from one
/// thread, the owner's. L_mm is solved for on a third thread while it is needed. The destructor stops all of them
/// within a step, an analysis and an iteration of the solver.
class Runner final : public RunSource {
 public:
  /// Makes the engine, whose errors it throws, and starts both threads, paused unless `start_running`.
  explicit Runner(const Config& config, std::string preset = {}, bool start_running = false,
                  SetSpeed speed = {}, RunnerHooks hooks = {});
  /// On a branch of another run. Its first event is what is in force there (Engine::present()); of the past it tells nothing.
  explicit Runner(const BranchStart& start, bool start_running = false, SetSpeed speed = {}, RunnerHooks hooks = {});
  /// Goes on with a run that was stored. Its first events are what is in force and the records since the run last began at
  /// step 0, all but the newest without W and H.
  explicit Runner(const StoredRun& stored, bool start_running = false, SetSpeed speed = {}, RunnerHooks hooks = {});
  ~Runner() override;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void send(Command command) override;
  void send(Control control) override;
  void cancel_preparation() override;
  std::vector<Event> take_events() override;
  std::shared_ptr<const Snapshot> snapshot() const override;
  RunnerStatus status() const override;

  /// Stops both threads and hands the engine back, for what is to be written at the end of a run. Its recorded steps may
  /// still wait for L_mm, which goes on being solved for: Engine::complete_theory().
  Engine stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramscope
