#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/theory/task_theory.h"

namespace gramscope {

/// L_mm of a task, at work or done. Its destruction stops the work.
class MaxMarginWork {
 public:
  virtual ~MaxMarginWork() = default;
  /// What was found; nullptr while it is at work and where it has failed.
  virtual std::shared_ptr<const MaxMarginTheory> result() const = 0;
  /// Why there will be no result: stopped, out of memory. Empty while there is hope.
  virtual std::string failure() const = 0;
  virtual void wait() = 0;
};

/// Begins the work.
using MaxMarginSolver = std::function<std::shared_ptr<MaxMarginWork>(std::shared_ptr<const TaskTheory>)>;

/// Solves in the calling thread, before it returns. As solve_max_margin_beside() to the default MaxMarginOptions: a relative
/// gap of 1e-6, or what there is after the most iterations; MaxMargin::relative_gap() says which. What goes wrong is the
/// failure() of the work, not an exception.
std::shared_ptr<MaxMarginWork> solve_max_margin_now(std::shared_ptr<const TaskTheory> theory, const TaskWork& work = {});

/// Solves on a thread of its own, one L_mm at a time in this process: others wait for their turn. `progress` is called from
/// that thread, and `on_end` once, when the work has ended in any way but destruction, which waits for the iteration at work.
std::shared_ptr<MaxMarginWork> solve_max_margin_beside(std::shared_ptr<const TaskTheory> theory,
                                                       std::function<void(double share)> progress = {},
                                                       std::function<void()> on_end = {});

}  // namespace gramscope
