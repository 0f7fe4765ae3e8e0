#include "core/io/recording_news.h"

#include <utility>

namespace gramscope {

void RecordingNews::announce_task_of(const Embeddings& embeddings) {
  if (embeddings.task == task_) return;
  ConfigChanged changed;
  changed.preset = name_;
  changed.task = embeddings.task;
  changed.step = embeddings.step;
  changed.restarted = !has_begun();
  changed.theory = embeddings.theory;
  task_ = embeddings.task;
  push(std::move(changed));
  if (embeddings.max_margin != nullptr) push(MaxMarginSolved{embeddings.max_margin});
  release_messages();
}

void RecordingNews::tell(Message::Level level, std::string text) {
  held_back_.push_back({level, std::move(text)});
  if (has_begun()) release_messages();
}

void RecordingNews::release_messages() {
  for (auto& message : std::exchange(held_back_, {})) push(std::move(message));
}

}  // namespace gramscope
