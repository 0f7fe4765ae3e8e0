#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/train/command.h"
#include "core/train/engine.h"
#include "core/train/event.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// How the runner stands, for the top bar. A value, copied out.
struct RunnerStatus {
  bool is_running = false;  ///< false: paused, finished, stopped or diverged
  Engine::State state = Engine::State::ready;
  std::int64_t segment = 0;
  std::int64_t step = 0;
  double cross_entropy = 0.0;      ///< of the last step taken; NaN before the first
  double learning_rate = 0.0;      ///< of the next step, as the schedule has it
  double steps_per_second = 0.0;   ///< measured over the last half second; 0 while paused
  double available_steps_per_second = 0.0;  ///< what the machine could do, from the time spent inside steps
  /// A task is being made, which may read a large file; steps wait for it.
  struct Preparation {
    double share = 0.0;  ///< of the work done, 0 to 1
    std::string what;    ///< "Reading stories.txt"
  };
  std::optional<Preparation> preparation;
  /// L_mm is being solved for, beside the run: the share of the way to the proof, 0 to 1.
  std::optional<double> max_margin_share;
  bool has_failed = false;  ///< the thread ended with an error; `failure` says which
  std::string failure;
};

/// What a runner has around it.
struct RunnerHooks {
  WeightReader read_weights;  ///< for model.weights
  /// Hears of the making of the first task and can stop it: it is made before the threads are there to be asked.
  std::function<TaskWork()> first_task_work;
};

/// An Engine on a thread of its own, and an analyst thread that turns copies of W and H into Snapshots.
///
/// send() puts commands and controls into a queue that the training thread empties between two steps: no shared
/// flags, and no lock is held while stepping, analysing or drawing. Results come back through take_events()
/// (every event, in order, each once) and snapshot() (the newest only). All members are to be called from one
/// thread, the owner's. L_mm is solved for on a third thread while it is needed. The destructor stops all of them
/// within a step, an analysis and an iteration of the solver.
class Runner {
 public:
  /// Makes the engine, whose errors it throws, and starts both threads, paused unless `start_running`.
  explicit Runner(const Config& config, std::string preset = {}, bool start_running = false,
                  SetSpeed speed = {}, RunnerHooks hooks = {});
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void send(Command command);
  void send(Control control);

  /// Stops the making of a task, if one is being made: the command that asked for it is refused.
  void cancel_preparation();

  /// The events since the last call.
  std::vector<Event> take_events();
  /// The newest snapshot, preview or recorded; nullptr before the first. Cheap: call it once a frame.
  std::shared_ptr<const Snapshot> snapshot() const;
  RunnerStatus status() const;

  /// Stops both threads and hands the engine back, for what is to be written at the end of a run. Its recorded steps may
  /// still wait for L_mm, which goes on being solved for: Engine::complete_theory().
  Engine stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramscope
