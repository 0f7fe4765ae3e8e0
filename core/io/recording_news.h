#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/train/channel.h"
#include "core/train/event.h"

namespace gramscope {

/// What a recording tells its owner, in order: first of all of the task, and before any embeddings of another
/// one of that.
class RecordingNews {
 public:
  /// `name` stands for the preset.
  explicit RecordingNews(std::string name) : name_(std::move(name)) {}

  /// These embeddings are to be shown next.
  void announce_task_of(const Embeddings& embeddings);
  bool has_begun() const { return task_ != nullptr; }

  /// Kept until it has begun, or there is nothing to begin with.
  void tell(Message::Level level, std::string text);
  void release_messages();

  void push(Event event) { outbox_.push(std::move(event)); }
  /// For the owner's thread.
  std::vector<Event> take() { return outbox_.take(); }

 private:
  std::string name_;
  std::shared_ptr<const Task> task_;
  std::vector<Message> held_back_;
  Channel<Event> outbox_;
};

}  // namespace gramscope
