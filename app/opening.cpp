#include "app/opening.h"

#include <exception>
#include <utility>

namespace gramscope::app {

Opening::Opening(std::unique_ptr<RunSource> source) : source_(std::move(source)) {}

Opening::Opening(Maker make)
    : thread_([this, make = std::move(make)](const std::stop_token& stop) {
        const TaskWork work{[this](double share, std::string_view what) {
                              making_.put({share, std::string(what)});
                            },
                            stop};
        Made made;
        try {
          made.source = make(work);
        } catch (const std::exception& error) {
          made.failure = error.what();
        }
        made_.push(std::move(made));
      }) {}

void Opening::collect() {
  for (auto& made : made_.take()) {
    source_ = std::move(made.source);
    failure_ = std::move(made.failure);
  }
}

bool Opening::is_ready() {
  collect();
  return source_ != nullptr && source_->snapshot() != nullptr;
}

std::string Opening::failure() {
  collect();
  if (source_ == nullptr) return failure_;
  const RunnerStatus status = source_->status();
  return status.has_failed ? status.failure : std::string();
}

RunnerStatus::Preparation Opening::preparation() const {
  if (source_ == nullptr) return making_.get();
  const RunnerStatus status = source_->status();
  if (status.preparation) return *status.preparation;
  return {0.0, status.recording && status.recording->is_following ? "Waiting for the first snapshot" : "Opening"};
}

void Opening::cancel() {
  thread_.request_stop();
  if (source_ != nullptr) source_->cancel_preparation();
}

}  // namespace gramscope::app
