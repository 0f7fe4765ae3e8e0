#include "app/commands/interrupt.h"

#include <csignal>

namespace gramscope::app {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void mark(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  interrupted = 0;
  previous_interrupt_ = std::signal(SIGINT, mark);
  previous_terminate_ = std::signal(SIGTERM, mark);
  // A shell that starts a job in the background has it ignore Ctrl+C, which is then not ours to take.
  if (previous_interrupt_ == SIG_IGN) std::signal(SIGINT, SIG_IGN);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, previous_interrupt_);
  std::signal(SIGTERM, previous_terminate_);
}

bool InterruptGuard::was_interrupted() { return interrupted != 0; }

}  // namespace gramscope::app
