#include "core/train/analyst.h"

#include <chrono>
#include <utility>

#include "core/linalg/arithmetic.h"
#include "core/train/analysis.h"

namespace gramscope {

Analyst::Analyst() : thread_([this] { work(); }) {}

Analyst::~Analyst() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    stop_.request_stop();
  }
  changed_.notify_one();
  thread_.join();
}

void Analyst::submit(std::shared_ptr<const Embeddings> embeddings, const FrameWanted& wanted,
                     std::optional<Metrics> measured) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = Work{std::move(embeddings), wanted, std::move(measured)};
    // A count that nobody looks at any more need not be brought to its end.
    if (counting_ && !counting_->is_for(*waiting_)) stop_.request_stop();
  }
  changed_.notify_one();
}

bool Analyst::is_idle() const {
  const std::lock_guard lock(mutex_);
  return !waiting_ && !is_busy_;
}

void Analyst::cancel() {
  const std::lock_guard lock(mutex_);
  if (!is_busy_) return;
  if (counting_) given_up_ = counting_;
  stop_.request_stop();
}

void Analyst::make(Analysis& analyse, const Work& next) {
  constexpr std::chrono::milliseconds kWorthTelling{500};
  const auto begun = std::chrono::steady_clock::now();
  const auto tell = [&](double share, std::string_view what) {
    if (std::chrono::steady_clock::now() - begun > kWorthTelling)
      preparation_.put(RunnerStatus::Preparation{share, std::string(what)});
  };
  FrameWanted wanted = next.wanted;
  TaskWork work{tell, {}};
  {
    const std::lock_guard lock(mutex_);
    stop_ = {};
    if (is_stopping_) stop_.request_stop();
    work.stop = stop_.get_token();
    if (given_up_ && given_up_->is_for(next)) wanted.histogram.reset();
  }
  const Metrics* measured = next.measured ? &*next.measured : nullptr;
  if (!analyse.is_quick(*next.embeddings, wanted)) {
    // The picture first: it need not wait for the count.
    FrameWanted quick = wanted;
    quick.histogram.reset();
    snapshot_.put(analyse(next.embeddings, quick, measured, work));
    const std::lock_guard lock(mutex_);
    counting_ = Count{next.embeddings, *wanted.histogram};
    if (waiting_ && !counting_->is_for(*waiting_)) stop_.request_stop();
  }
  snapshot_.put(analyse(next.embeddings, wanted, measured, work));
}

void Analyst::work() {
  const ComputeScope scope;
  Analysis analyse;
  for (;;) {
    Work next;
    {
      std::unique_lock lock(mutex_);
      is_busy_ = false;
      counting_.reset();
      changed_.wait(lock, [this] { return waiting_.has_value() || is_stopping_; });
      if (is_stopping_) return;
      next = *std::exchange(waiting_, std::nullopt);
      is_busy_ = true;
    }
    try {
      make(analyse, next);
    } catch (const std::exception&) {
      // A frame too large to analyse (out of memory) is not shown, nor one that was cancelled; the run goes on.
    }
    preparation_.put(std::nullopt);
  }
}

}  // namespace gramscope
