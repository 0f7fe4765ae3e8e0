#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gramscope {

/// A queue between two threads: many items, each once, in order.
template <class T>
class Channel {
 public:
  void push(T item) {
    {
      const std::lock_guard lock(mutex_);
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
  }

  /// All items so far, without waiting.
  std::vector<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(items_, {});
  }

  /// All items so far; waits until there is one, close() is called or the time is over.
  std::vector<T> take_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    filled_.wait_until(lock, deadline, [this] { return !items_.empty() || is_closed_; });
    return std::exchange(items_, {});
  }

  /// The same without a deadline.
  std::vector<T> take_or_wait() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !items_.empty() || is_closed_; });
    return std::exchange(items_, {});
  }

  /// No more will come: wakes whoever waits, now and later.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      is_closed_ = true;
    }
    filled_.notify_all();
  }

  bool is_closed() const {
    const std::lock_guard lock(mutex_);
    return is_closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<T> items_;
  bool is_closed_ = false;
};

/// A place that holds the newest value only: a later one replaces an earlier one that nobody took.
template <class T>
class Latest {
 public:
  void put(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  T get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace gramscope
