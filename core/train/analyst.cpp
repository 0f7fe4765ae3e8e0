#include "core/train/analyst.h"

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

void Analyst::submit(std::shared_ptr<const Embeddings> embeddings, const FrameWanted& wanted) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(embeddings);
    waiting_wanted_ = wanted;
  }
  changed_.notify_one();
}

bool Analyst::is_idle() const {
  const std::lock_guard lock(mutex_);
  return waiting_ == nullptr && !is_busy_;
}

void Analyst::work() {
  const ComputeScope scope;
  Analysis analyse;
  for (;;) {
    std::shared_ptr<const Embeddings> embeddings;
    FrameWanted wanted;
    {
      std::unique_lock lock(mutex_);
      is_busy_ = false;
      changed_.wait(lock, [this] { return waiting_ != nullptr || is_stopping_; });
      if (is_stopping_) return;
      embeddings = std::move(waiting_);
      waiting_ = nullptr;
      wanted = waiting_wanted_;
      is_busy_ = true;
    }
    try {
      snapshot_.put(analyse(std::move(embeddings), wanted));
    } catch (const std::exception&) {
      // A frame too large to analyse (out of memory) is not shown; the run goes on.
    }
  }
}

}  // namespace gramscope
