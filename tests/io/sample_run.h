#pragma once

#include <memory>

#include "core/registry/registry.h"
#include "core/train/engine.h"

namespace gramscope::test {

/// A run small enough for a test: four contexts, two factors of two values.
inline Config small_config(std::int64_t steps) {
  Config config;
  config.set("task.factors", Value{std::int64_t{2}});
  config.set("task.values", Value{std::int64_t{2}});
  config.set("model.d", Value{std::int64_t{4}});
  config.set("run.steps", Value{steps});
  return resolve(config);
}

}  // namespace gramscope::test
