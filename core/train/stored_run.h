#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/linalg/types.h"
#include "core/registry/config.h"
#include "core/train/engine.h"

namespace gramscope {

/// All that a run is at one moment, in open form: what Engine::stored() gives and Engine::from_stored() takes, without loss.
/// A file of it needs no knowledge of what stands in it, but for the paths in configs and commands.
///
/// Names have a point between their parts, numbers where there are several of a kind, counted from 0: "states.1.optimizer.0".
/// What stands under which name is in engine_storing.cpp alone; engine_restoring.cpp reads it back.
struct StoredRun {
  using Tensor = std::variant<MatrixF, MatrixD>;

  std::string where = "the stored run";          ///< begins the messages about it: the name of its file
  std::vector<Config> configs;                   ///< resolved, each once; `values` refer to them by number
  std::vector<Engine::Executed> commands;        ///< executed so far
  std::map<std::string, Value, std::less<>> values;  ///< reals among them are finite: one that is NaN is not there
  std::map<std::string, Tensor, std::less<>> tensors;
};

}  // namespace gramscope
