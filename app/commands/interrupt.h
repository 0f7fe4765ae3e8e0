#pragma once

namespace gramscope::app {

/// While one of these lives, Ctrl+C and SIGTERM set a mark instead of ending the program, so that a run can
/// finish its step and write what it has. A second Ctrl+C ends the program at once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  static bool was_interrupted();

 private:
  void (*previous_interrupt_)(int);
  void (*previous_terminate_)(int);
};

}  // namespace gramscope::app
