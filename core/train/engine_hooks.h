#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "core/linalg/types.h"
#include "core/models/inside.h"
#include "core/tasks/task_work.h"
#include "core/theory/max_margin_work.h"
#include "core/train/event.h"

namespace gramscope {

/// A tensor of a model with its name in the model's layout.
struct NamedMatrix {
  std::string name;
  MatrixD values;
};

/// Reads named matrices, as the layout of a model names them, from the file at a path. Throws InputError.
using WeightReader = std::function<std::map<std::string, MatrixD>(const std::string& path)>;

/// What an engine has around it. None of it changes what is computed.
struct EngineHooks {
  /// Called for everything that happens, in order, from inside the call that made it happen.
  std::function<void(const Event&)> listener = {};
  /// Asked for before a task is made, which may read a large file.
  std::function<TaskWork()> task_work = {};
  /// For model.weights; without it that parameter must be empty.
  WeightReader read_weights = {};
  /// How L_mm is solved for; without it at once, before the first step is recorded that needs it.
  MaxMarginSolver solve_max_margin = {};
  /// What W and H of recorded steps that wait for L_mm may take; see Engine::is_held_back().
  std::size_t most_waiting_bytes = std::size_t{256} << 20;
  /// What recorded steps carry besides W and H.
  InsideWanted recorded = {};
  /// Whether recorded steps come with a branch point (Engine::branch_point), which keeps the parameters there alive.
  bool has_branch_points = false;
};

}  // namespace gramscope
