#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/registry/error.h"

namespace gramscope {

/// Where work that may take more than a moment (making a task, reading a file, measuring) is reported to, and how it is
/// stopped. It calls progress() every few milliseconds. A default one listens to nobody.
struct TaskWork {
  std::function<void(double share, std::string_view what)> report;  ///< share of the work done, 0 to 1
  std::stop_token stop;

  /// "Reading stories.txt", 0.4. Throws Cancelled if a stop was asked for.
  void progress(double share, std::string_view what) const {
    if (stop.stop_requested()) throw Cancelled(std::string(what) + ": cancelled");
    if (report) report(share, what);
  }
};

}  // namespace gramscope
