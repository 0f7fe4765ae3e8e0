#include "app/commands/preparation.h"

#include "app/commands/interrupt.h"

namespace gramscope::app {

std::function<TaskWork()> task_preparation(Progress& progress) {
  return [&progress] {
    std::stop_source stop;
    TaskWork work;
    work.stop = stop.get_token();
    work.report = [&progress, stop](double share, std::string_view what) mutable {
      // A signal handler may not stop it itself; the next report finds it stopped.
      if (InterruptGuard::was_interrupted()) stop.request_stop();
      progress.update(share, what);
    };
    return work;
  };
}

}  // namespace gramscope::app
