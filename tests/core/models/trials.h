#pragma once

namespace gramscope {

/// How many random cases a test of numbers takes: all of them in an optimised build, a few under a sanitizer, which is
/// after other things and takes fifty times as long for each.
constexpr int trials(int all) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return all < 12 ? 1 : all / 6;
#else
  return all;
#endif
}

}  // namespace gramscope
