#include "core/linalg/arithmetic.h"

#include <Eigen/Core>
#include <mutex>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace gramscope {

namespace {

#if defined(__SSE2__)
constexpr unsigned kFlushToZero = 0x8000u;
constexpr unsigned kDenormalsAreZero = 0x0040u;
#endif

void fix_blocking() {
  // Eigen asks the processor for its cache sizes and blocks its products by them, which changes the order of sums.
  // Constants keep the bits the same on machines of one type whatever a hypervisor reports.
  static std::once_flag once;
  std::call_once(once, [] { Eigen::setCpuCacheSizes(32 * 1024, 512 * 1024, 8 * 1024 * 1024); });
}

}  // namespace

ComputeScope::ComputeScope() {
  fix_blocking();
#if defined(__SSE2__)
  before_ = _mm_getcsr();
  _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero);
#endif
}

ComputeScope::~ComputeScope() {
#if defined(__SSE2__)
  _mm_setcsr(before_);
#endif
}

}  // namespace gramscope
