#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/train/command.h"

namespace gramscope::test {

/// What happens to a run: steps, then a command.
struct Turn {
  std::int64_t steps = 0;
  std::optional<Command> command;
};

inline Turn steps(std::int64_t count) { return {count, std::nullopt}; }
inline Turn change(const std::string& key, const Value& value) { return {0, SetParameter{key, value}}; }

}  // namespace gramscope::test
