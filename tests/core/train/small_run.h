#pragma once

#include <cstring>
#include <sstream>
#include <string>

#include "core/train/engine.h"

namespace gramscope {

/// A run of the default model on 2^3 contexts: quick, with structure and collapse.
inline Config small_run(std::int64_t steps) {
  Config config;
  config.set("task.values", std::int64_t{2});
  config.set("model.d", std::int64_t{10});
  config.set("optimizer.lr", 2.0);
  config.set("run.steps", steps);
  return config;
}

/// Every recorded number of a run, bit for bit.
inline std::string csv(const Engine& engine) {
  std::ostringstream text;
  for (const auto& record : engine.records()) {
    text << record.segment() << ',' << record.step();
    for (const auto& value : record.metrics.values()) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value.value, sizeof bits);
      text << ',' << std::hex << bits << std::dec;
    }
    text << '\n';
  }
  return text.str();
}

}  // namespace gramscope
