#pragma once

#include <string>
#include <vector>

#include "core/registry/registry.h"

namespace gramscope {

/// Parameters that every run has, whatever learns: seed, steps, precision, what to do on divergence.
std::vector<Parameter> run_parameters();

}  // namespace gramscope
