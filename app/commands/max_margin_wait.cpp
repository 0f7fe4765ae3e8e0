#include "app/commands/max_margin_wait.h"

#include <chrono>
#include <iostream>
#include <thread>

#include "app/commands/interrupt.h"

namespace gramscope::app {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Shorter waits are not worth a word.
constexpr auto kSilence = 2s;

}  // namespace

void wait_a_moment(Engine& engine, Progress& progress, double share) {
  progress.update(share, "Solving for L_mm");
  std::this_thread::sleep_for(10ms);
  engine.settle();
}

bool await_max_margin(Engine& engine, Progress& progress, const std::function<double()>& share) {
  const auto begin = Clock::now();
  bool is_told = false;
  engine.settle();
  while (engine.awaits_max_margin()) {
    if (InterruptGuard::was_interrupted()) {
      progress.clear();
      engine.abandon_theory("L_mm was not waited for: interrupted");
      std::cerr << "gramscope: the comparison with L_mm is left out: interrupted\n";
      return false;
    }
    if (!is_told && Clock::now() - begin > kSilence) {
      is_told = true;
      progress.clear();
      std::cerr << "gramscope: note: the run has ended; L_mm is still being solved for. Ctrl+C leaves out the comparison "
                   "with it, --set run.max_margin=never does so from the start\n";
    }
    wait_a_moment(engine, progress, share());
  }
  progress.clear();
  return true;
}

}  // namespace gramscope::app
