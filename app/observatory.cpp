#include "app/observatory.h"

#include <algorithm>
#include <chrono>

#include "core/registry/error.h"

namespace gramscope::app {

namespace {

constexpr double kPatience = 1.0;  ///< seconds for the engine to answer before its word counts alone
constexpr double kOneDrag = 1.0;   ///< changes of one parameter closer in time than this are one mark

double now_in_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Replaces what is pointed at by nothing where the new task has no such context or factor.
void fit_to(ViewState& view, const Task& task) {
  const auto fits = [&](const std::optional<Index>& context) { return !context || *context < task.contexts; };
  if (!fits(view.selection.context_a) || !fits(view.selection.context_b)) view.selection.clear();
  const int factors = static_cast<int>(task.factors.size());
  view.order_factor = std::min(view.order_factor, factors - 1);
  view.colour_factor = std::min(view.colour_factor, factors - 1);
}

}  // namespace

Observatory::Observatory(const Config& config, std::string preset, bool start_running, SetSpeed speed,
                         std::function<void(const Event&)> on_event)
    : on_event_(std::move(on_event)),
      runner_(config, preset, start_running, speed),
      config_(resolve(config)),
      preset_(std::move(preset)),
      parameters_(applicable_parameters(config_)),
      speed_(speed) {
  update();
}

void Observatory::update() {
  for (const auto& event : runner_.take_events()) handle(event);
  const auto snapshot = runner_.snapshot();
  // A snapshot of an earlier task is not shown beside the targets of the new one.
  if (snapshot != nullptr && snapshot->embeddings->task == task_) snapshot_ = snapshot;
  status_ = runner_.status();
  if (status_.has_failed && (!message_ || message_->text != status_.failure)) {
    message_ = Message{Message::Level::error, status_.failure};
    message_time_ = now_in_seconds();
  }
  const bool is_current = snapshot_ != nullptr && snapshot_->step() == status_.step &&
                          snapshot_->segment() == status_.segment && !has_changed_;
  if (!is_current) {
    runner_.send(RequestFrame{});
    has_changed_ = false;
  }
}

void Observatory::handle(const Event& event) {
  if (on_event_) on_event_(event);
  if (const auto* recorded = std::get_if<Recorded>(&event)) {
    add(*recorded);
  } else if (const auto* changed = std::get_if<ConfigChanged>(&event)) {
    handle(*changed);
  } else if (const auto* message = std::get_if<Message>(&event)) {
    show(*message);
  } else if (const auto* diverged = std::get_if<Diverged>(&event)) {
    marks_.push_back({segment_, diverged->resumed_at, diverged->text, true, {}, {}, now_in_seconds()});
    show({diverged->backed_off ? Message::Level::warning : Message::Level::error, diverged->text});
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    handle(*finished);
  }
}

void Observatory::add(const Recorded& recorded) {
  const auto& record = recorded.record;
  if (recorded.replaces_last && !records_.empty()) records_.pop_back();
  // A back-off or a stop at the peak returns to an earlier step: what came after it is not on the way here.
  while (!records_.empty() && records_.back().step() >= record.step()) records_.pop_back();
  if (record.segment() != segment_) {
    // The peak has begun a segment, which what led to it is shown with.
    for (auto& before : records_) before.at_segment = record.segment();
    for (auto& mark : marks_)
      if (mark.step <= record.step()) mark.segment = record.segment();
    segment_ = record.segment();
  }
  if (!records_.empty()) records_.back().embeddings.reset();
  records_.push_back(record);
}

void Observatory::handle(const Finished& finished) {
  if (finished.went_back) {
    marks_.push_back({segment_, finished.step, "Early stopping: back from step " + std::to_string(finished.came_from),
                      false, {}, {}, now_in_seconds()});
  }
  show({Message::Level::info, finished.text + (finished.went_back ? " Run goes on from here."
                                                                  : " Run goes on to twice as many.")});
}

void Observatory::handle(const ConfigChanged& changed) {
  if (changed.restarted) {
    records_.clear();
    marks_.clear();
    segment_ = changed.segment;
  } else if (!changed.key.empty()) {
    mark(changed);
  }
  config_ = changed.config;
  preset_ = changed.preset;
  // What the hand has set since stays on its control until the engine has answered that too.
  const double now = now_in_seconds();
  for (auto it = pending_.begin(); it != pending_.end();) {
    const bool is_answered = config_.contains(it->first) && config_.at(it->first) == it->second.value;
    if (is_answered || now - it->second.sent_at > kPatience) {
      it = pending_.erase(it);
      continue;
    }
    show_pending(it->first, it->second.value);
    ++it;
  }
  parameters_ = applicable_parameters(config_);
  adopt_task(changed.task);
  has_changed_ = true;
}

void Observatory::show_pending(const std::string& key, const Value& value) {
  try {
    config_ = with_change(config_, key, value, nullptr);
  } catch (const UsageError&) {
    // Refused: the engine will say why.
  }
}

void Observatory::mark(const ConfigChanged& changed) {
  const double now = now_in_seconds();
  Mark next{changed.segment, changed.step, changed.mark, false, changed.key, changed.from, now};
  if (!marks_.empty() && marks_.back().key == changed.key && now - marks_.back().made_at < kOneDrag) {
    next.from = marks_.back().from;
    next.step = marks_.back().step;
    next.text = changed.label + " " + next.from + " → " + changed.to;
    marks_.pop_back();
  }
  marks_.push_back(std::move(next));
}

void Observatory::show(Message message) {
  message_ = std::move(message);
  message_time_ = now_in_seconds();
}

void Observatory::adopt_task(std::shared_ptr<const Task> task) {
  if (task == task_) return;
  const bool is_same_shape = task_ != nullptr && task_->context_names == task->context_names;
  task_ = std::move(task);
  snapshot_.reset();
  fit_to(view, *task_);
  if (is_same_shape) return;
  targets_.semantic = semantic_target(*task_);
  targets_.symmetric = symmetric_target(*task_);
}

double Observatory::message_age() const { return now_in_seconds() - message_time_; }

void Observatory::set_parameter(const std::string& key, const Value& value) {
  runner_.send(SetParameter{key, value});
  pending_[key] = {value, now_in_seconds()};
  show_pending(key, value);
  parameters_ = applicable_parameters(config_);
}

void Observatory::run() {
  runner_.send(Run{status_.state == Engine::State::finished || status_.state == Engine::State::stopped});
  status_.is_running = true;
}
void Observatory::pause() {
  runner_.send(Pause{});
  status_.is_running = false;
}
void Observatory::toggle_running() { status_.is_running ? pause() : run(); }
void Observatory::step(std::int64_t steps) { runner_.send(StepOnce{steps}); }
void Observatory::restart() { runner_.send(Restart{}); }
void Observatory::new_seed() {
  const auto seed = config_.integer("run.seed");
  set_parameter("run.seed", Value{seed >= 4'294'967'295 ? std::int64_t{0} : seed + 1});
}
void Observatory::load(const Config& config, const std::string& preset) { runner_.send(Load{config, preset}); }
void Observatory::set_speed(const SetSpeed& speed) {
  speed_ = speed;
  runner_.send(speed);
}

}  // namespace gramscope::app
