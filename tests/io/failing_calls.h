#pragma once

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "core/io/saving_calls.h"

namespace gramscope::test {

/// The system's own calls, counted, of which one can be made to fail. Those that tidy up after a failure work
/// again.
class FailingCalls {
 public:
  struct Failure {
    std::size_t at;  ///< the number of the call, from 0
    int error;
    bool is_lasting = false;  ///< every later call of that name fails too
  };

  FailingCalls() = default;
  explicit FailingCalls(Failure failure) : failure_(failure), is_failing_(true) {}

  /// Refers to this object.
  SavingCalls calls() {
    const auto& real = system_calls();
    SavingCalls calls;
    calls.open = guarded("open", real.open);
    calls.flock = guarded("flock", real.flock);
    calls.pwrite = guarded("pwrite", real.pwrite);
    calls.fsync = guarded("fsync", real.fsync);
    calls.rename = guarded("rename", real.rename);
    calls.exchange = guarded("exchange", real.exchange);
    calls.unlink = guarded("unlink", real.unlink);
    calls.close = [this, &real](int descriptor) {
      const int result = real.close(descriptor);  // a close that fails has closed
      if (!fails("close")) return result;
      errno = failure_.error;
      return -1;
    };
    return calls;
  }

  const std::vector<std::string>& names() const { return names_; }
  void repair() { is_failing_ = false; }

 private:
  template <class Result, class... Arguments>
  std::function<Result(Arguments...)> guarded(std::string name,
                                              const std::function<Result(Arguments...)>& real) {
    return [this, name = std::move(name), &real](Arguments... arguments) -> Result {
      if (!fails(name)) return real(arguments...);
      errno = failure_.error;
      return -1;
    };
  }

  bool fails(const std::string& name) {
    names_.push_back(name);
    if (!is_failing_) return false;
    if (names_.size() - 1 == failure_.at) return true;
    return failure_.is_lasting && names_.size() > failure_.at && name == names_[failure_.at];
  }

  Failure failure_{};
  bool is_failing_ = false;
  std::vector<std::string> names_;
};

}  // namespace gramscope::test
