#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/random/philox.h"
#include "core/registry/parameter.h"

namespace gramscope::test {

/// A hand at the controls: turns any knob but those of files, to where its slider or its list reaches.
class RandomHand {
 public:
  explicit RandomHand(std::uint64_t seed) : random_(seed, 77) {}

  std::uint32_t below(std::size_t count) { return random_.below(static_cast<std::uint32_t>(count)); }

  const Parameter& choose(const std::vector<Parameter>& parameters) {
    while (true) {
      const Parameter& parameter = parameters[below(parameters.size())];
      if (parameter.type != ParameterType::file && parameter.unavailable.empty()) return parameter;
    }
  }

  Value value_of(const Parameter& parameter) {
    switch (parameter.type) {
      case ParameterType::flag:
        return below(2) == 1;
      case ParameterType::choice:
        while (true) {
          const auto& choice = parameter.choices[below(parameter.choices.size())];
          if (choice.unavailable.empty()) return choice.key;
        }
      case ParameterType::integer: {
        const auto least = static_cast<std::int64_t>(std::max(parameter.minimum, parameter.slider_minimum));
        const auto most = static_cast<std::int64_t>(std::min(parameter.maximum, parameter.slider_maximum));
        const std::int64_t widest = parameter.key.starts_with("task.") ? 2 : 7;
        return least + static_cast<std::int64_t>(below(static_cast<std::size_t>(std::min(widest, most - least) + 1)));
      }
      default:
        return parameter.slider_minimum + random_.uniform() * (parameter.slider_maximum - parameter.slider_minimum);
    }
  }

 private:
  Random random_;
};

}  // namespace gramscope::test
