#pragma once

#include <string>
#include <vector>

#include "core/registry/registry.h"

namespace gramscope {

/// Parameters that every run has, whatever learns: seed, steps, precision, when to stop, what to do on divergence.
std::vector<Parameter> run_parameters(const TaskTraits& traits);

}  // namespace gramscope
