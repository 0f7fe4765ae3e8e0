#include "core/train/analyst.h"

#include <utility>

#include "core/linalg/arithmetic.h"
#include "core/train/analysis.h"

namespace gramscope {

Analyst::Analyst() : thread_([this] { work(); }) {}

Analyst::~Analyst() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Analyst::submit(std::shared_ptr<const Embeddings> embeddings, const FrameWanted& wanted,
                     std::optional<Metrics> measured) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = Work{std::move(embeddings), wanted, std::move(measured)};
  }
  changed_.notify_one();
}

bool Analyst::is_idle() const {
  const std::lock_guard lock(mutex_);
  return !waiting_ && !is_busy_;
}

void Analyst::work() {
  const ComputeScope scope;
  Analysis analyse;
  for (;;) {
    Work next;
    {
      std::unique_lock lock(mutex_);
      is_busy_ = false;
      changed_.wait(lock, [this] { return waiting_.has_value() || is_stopping_; });
      if (is_stopping_) return;
      next = *std::exchange(waiting_, std::nullopt);
      is_busy_ = true;
    }
    try {
      snapshot_.put(
          analyse(std::move(next.embeddings), next.wanted, next.measured ? &*next.measured : nullptr));
    } catch (const std::exception&) {
      // A frame too large to analyse (out of memory) is not shown; the run goes on.
    }
  }
}

}  // namespace gramscope
