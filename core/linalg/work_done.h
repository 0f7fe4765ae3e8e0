#pragma once

#include <functional>

namespace gramscope {

/// Told of the multiplications that have been done since it was last called, every few hundredths of a second; may throw.
using WorkDone = std::function<void(double multiplications)>;

}  // namespace gramscope
