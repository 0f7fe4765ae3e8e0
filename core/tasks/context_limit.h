#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// The most contexts of a task that is made up: their m×m kernels are kept whole and drawn cell by cell.
inline constexpr Index kMostContexts = 1024;

}  // namespace gramscope
