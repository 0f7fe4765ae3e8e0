#pragma once

#include <cstdint>

namespace gramscope {

/// What each stream of random numbers of a run is for (see Random). Numbers are part of the file format: a stream
/// keeps its number for ever.
inline constexpr std::uint64_t kInitialWeights = 1;
inline constexpr std::uint64_t kGrowthNoiseStream = 2;

}  // namespace gramscope
