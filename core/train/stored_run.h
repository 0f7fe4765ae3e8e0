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

/// All that a run is at one moment, in open form: what Engine::stored() gives and Engine::from_stored()
/// takes, without loss. A file of it needs no knowledge of what stands in it, but for the paths in configs
/// and commands.
///
/// Names have points between their parts. Where there are several of a kind they are numbered from 0, and
/// others refer to them by their number; what is shared in the run is there once.
///
///   now                        the number of the checkpoint that the run is at
///   checkpoints.N...           config, theory, trainer, noise, segment, step, tick, course, ...
///   states.N.parameters        one column in the run's precision: the tensors of the model's layout, each
///                              column after column from a multiple of 16 entries on
///   states.N.optimizer.K       the optimizer's buffers, laid out alike
///   records                    a row for each recorded step: segment, step, number of its list of keys,
///                              place of its first metric, phase, whether structure has begun, the step of
///                              the peak and its value, the steps of overtaking and collapse (NaN: none yet)
///   metrics.keys.N.K           the K-th key of list N
///   metrics.values, .reasons   of all records, and the number of the reason where one is undefined, else 0
///   waiting.queues.N.items     the records that wait for L_mm: segment, step, number of their embeddings
///   embeddings.N.h, .w         d×m, V×d
///   theories.N...              the tasks: the config that each was made from, the digests of its files
///   weights.N.NAME             what was read from the file of model.weights
///   withdrawn.N...             records as they were before L_mm was taken out of them
struct StoredRun {
  using Tensor = std::variant<MatrixF, MatrixD>;

  std::string where = "the stored run";    ///< begins the messages about it: the name of its file
  std::vector<Config> configs;             ///< resolved, each once; `values` refer to them by number
  std::vector<Engine::Executed> commands;  ///< executed so far
  /// Reals among them are finite: one that is NaN is not there.
  std::map<std::string, Value, std::less<>> values;
  std::map<std::string, Tensor, std::less<>> tensors;
};

}  // namespace gramscope
