#pragma once

namespace gramscope {

/// Sets this thread's arithmetic for the life of the object: denormals are flushed to zero (they would slow a step
/// tenfold where softmax underflows), and Eigen's blocking is fixed once for the process. Every entry into computing
/// code holds one, so the bits do not depend on the thread that calls.
class ComputeScope {
 public:
  ComputeScope();
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  unsigned before_ = 0;
};

}  // namespace gramscope
