#include "app/observatory.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/registry/error.h"

namespace gramscope::app {

namespace {

constexpr double kPatience = 3.0;  ///< seconds for the engine to answer before its word counts alone
constexpr double kOneDrag = 1.0;   ///< changes of one parameter closer in time than this are one mark

double now_in_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Replaces what is pointed at by nothing where the new task has no such context.
void fit_to(ViewState& view, const Task& task) {
  const auto fits = [&](const std::optional<Index>& context) { return !context || *context < task.contexts; };
  if (!fits(view.selection.context_a) || !fits(view.selection.context_b)) view.selection.clear();
}

}  // namespace

Observatory::Observatory(const Config& config, std::string preset, bool start_running, SetSpeed speed,
                         std::function<void(const Event&)> on_event, RunnerHooks hooks)
    : on_event_(std::move(on_event)),
      read_weights_(hooks.read_weights),
      source_(std::make_unique<Runner>(config, preset, start_running, speed, std::move(hooks))),
      confirmed_(resolve(config)),
      preset_(std::move(preset)),
      speed_(speed) {
  adopt_config();
  update();
}

Observatory::Observatory(std::unique_ptr<RunSource> source, SetSpeed speed, WeightReader read_weights)
    : read_weights_(std::move(read_weights)), source_(std::move(source)), speed_(speed) {
  source_->send(speed_);
  update();
}

Observatory::Observatory(const Observatory& parent, const PastMoment& moment, const std::vector<Record>& records,
                         std::unique_ptr<Runner> branch)
    : view(parent.view),
      read_weights_(parent.read_weights_),
      source_(std::move(branch)),
      past_(parent.past_, moment),
      confirmed_(parent.confirmed_),
      preset_(parent.preset_),
      speed_(parent.speed_),
      segment_(moment.segment),
      course_(records),
      commands_(moment.commands),
      inherited_(moment.commands) {
  adopt_task(moment.embeddings->task);
  theory_ = moment.embeddings->theory;
  adopt_max_margin(moment.embeddings->max_margin);
  if (const PastMoment* first = past_.history().at({moment.segment, 0}))
    first_embeddings_ = first->embeddings;
  else if (parent.segment_ == moment.segment)
    first_embeddings_ = parent.first_embeddings_;
  layer_names_ = parent.layer_names_;
  // The parent may have gone on, and even begun anew, since the branch was asked for.
  for (const auto& mark : parent.marks_)
    if (mark.step <= moment.step && mark.commands <= moment.commands) marks_.push_back(mark);
  // Until it has a picture of its own: the same moment, as it was seen there.
  if (parent.snapshot_ != nullptr && parent.snapshot_->embeddings->task == task_) snapshot_ = parent.snapshot_;
  update();
}

void Observatory::look_as(const Observatory& other) {
  if (&other == this) return;
  const FrameWanted wanted = view.wanted;
  const Selection selection = view.selection;
  const bool wants_ntp_ufm = view.wants_ntp_ufm;
  const std::string browsing = view.browsing;
  const int layer = view.layer;
  view = other.view;
  view.wanted = wanted;
  view.wants_ntp_ufm = wants_ntp_ufm;
  view.browsing = browsing;
  const bool is_same = task_ == other.task_ || (task_ != nullptr && other.task_ != nullptr &&
                                                task_->context_names == other.task_->context_names);
  if (!is_same) view.selection = selection;
  if (task_ != nullptr) fit_to(view, *task_);
  // Networks differ in their layers: each shows its own.
  if (layer_names_ != other.layer_names_) view.layer = layer;
}

void Observatory::update() {
  if (opening_ != nullptr) follow_opening();
  // In this order: what the status speaks of as done is among the events.
  status_ = source_->status();
  for (const auto& event : source_->take_events()) handle(event);
  const auto snapshot = source_->snapshot();
  // Files of a recording may differ in their labels: what is shown is a snapshot with the task it came with. A run's
  // snapshot of an earlier task is not shown beside the targets of the new one.
  if (snapshot != nullptr && is_recording()) adopt_theory_of(*snapshot->embeddings);
  if (snapshot != nullptr && snapshot->embeddings->task == task_ && !is_in_past()) snapshot_ = snapshot;
  if (snapshot_ != nullptr && !snapshot_->embeddings->inside.layers.empty()) {
    layer_names_.clear();
    for (const auto& layer : snapshot_->embeddings->inside.layers) layer_names_.push_back(layer.name);
  }
  if (status_.has_failed && (!message_ || message_->text != status_.failure))
    tell({Message::Level::error, status_.failure});
  if (opening_ != nullptr) status_.preparation = opening_->preparation();
  // What cannot be read is not shown, and the playhead goes back; a large file may take its time.
  const bool is_given_up = sought_ && !status_.preparation && now_in_seconds() - sought_->sent_at > kPatience;
  if (sought_ && (status_.step == sought_->step || is_given_up)) sought_.reset();
  if (!pending_.empty()) settle_pending();
  follow_changes();
  targets_.adopt(block_order());
  if (is_in_past()) look_back();
  if (!is_in_past() && is_shown_) request_frame();
  if (is_shown_) fit_ntp_ufm();
}

void Observatory::fit_ntp_ufm() {
  const bool is_wanted = std::exchange(view.wants_ntp_ufm, false);
  // The task of a recording has no ridge limit, which is where the fit ends.
  if (is_wanted && ntp_ufm_fit_ == nullptr && task_ != nullptr && !is_recording())
    ntp_ufm_fit_ = std::make_unique<NtpUfmFit>(task_);
  if (ntp_ufm_fit_ == nullptr) return;
  ntp_ufm_fit_->set_active(is_wanted);
  ntp_ufm_ = ntp_ufm_fit_->state();
}

void Observatory::look_back() {
  FrameWanted wanted = view.wanted;
  wanted.order = block_order();
  const auto snapshot = past_.update(wanted);
  if (!is_in_past()) return leave_past();
  view.wanted = {};
  if (snapshot != nullptr && snapshot->embeddings->task == task_ && snapshot->segment() == segment_) snapshot_ = snapshot;
  if (!status_.preparation) status_.preparation = past_.preparation();
}

void Observatory::leave_past() {
  past_.leave();
  // The newest snapshot may be one from before the past was looked at.
  has_changed_ = true;
}

void Observatory::request_frame() {
  FrameWanted wanted = std::exchange(view.wanted, {});
  wanted.order = block_order();
  // Which layers there are is known once they have been seen; models without any are asked in vain, at no cost.
  if (layer_names_.empty()) wanted.inside.layers = true;
  const bool is_current = snapshot_ != nullptr && snapshot_->step() == status_.step &&
                          snapshot_->segment() == status_.segment && !has_changed_;
  if (is_current && wanted == requested_) return;
  source_->send(RequestFrame{wanted});
  requested_ = wanted;
  has_changed_ = false;
}

void Observatory::handle(const Event& event) {
  if (on_event_) on_event_(event);
  if (const auto* recorded = std::get_if<Recorded>(&event)) {
    add(*recorded);
  } else if (const auto* changed = std::get_if<ConfigChanged>(&event)) {
    handle(*changed);
  } else if (const auto* message = std::get_if<Message>(&event)) {
    if (std::erase(untold_, message->text) == 0) tell(*message);
  } else if (const auto* diverged = std::get_if<Diverged>(&event)) {
    is_backing_off_ = diverged->backed_off;
    marks_.push_back({segment_, diverged->resumed_at, diverged->text, true, {}, {}, now_in_seconds(), commands_});
    tell({diverged->backed_off ? Message::Level::warning : Message::Level::error, diverged->text});
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    handle(*finished);
  } else if (const auto* solved = std::get_if<MaxMarginSolved>(&event)) {
    if (solved->theory->task != task_) return;  // of a task that the window has left
    adopt_max_margin(solved->theory);
    has_changed_ = true;
  } else if (const auto* remeasured = std::get_if<Remeasured>(&event)) {
    ++course_revision_;
    course_.remeasure(*remeasured);
    past_.remeasure(*remeasured);
  } else if (const auto* replaced = std::get_if<CourseReplaced>(&event)) {
    handle(*replaced);
  } else if (std::holds_alternative<RunTold>(event) || std::holds_alternative<BranchReady>(event)) {
    answers_.push_back(event);
  }
}

void Observatory::add(const Recorded& recorded) {
  const auto& record = recorded.record;
  ++course_revision_;
  course_.add(recorded);
  count_to_segment_of(record);
  if (runner() != nullptr) past_.add(recorded);
  if (record.step() == 0) first_embeddings_ = record.embeddings;
}

void Observatory::count_to_segment_of(const Record& record) {
  if (record.segment() == segment_) return;
  // The peak has begun a segment, which what led to it is shown with.
  for (auto& mark : marks_)
    if (mark.step <= record.step()) mark.segment = record.segment();
  segment_ = record.segment();
}

void Observatory::handle(const CourseReplaced& replaced) {
  ++course_revision_;
  course_.replace(replaced.records);
  if (course_.records().empty()) return;
  count_to_segment_of(course_.records().back());
  const Record& first = course_.records().front();
  if (first.step() != 0) first_embeddings_.reset();
  if (first.step() == 0 && first.embeddings != nullptr) first_embeddings_ = first.embeddings;
}

void Observatory::handle(const Finished& finished) {
  if (finished.went_back) {
    marks_.push_back({segment_, finished.step, "Early stopping: back from step " + std::to_string(finished.came_from),
                      false, {}, {}, now_in_seconds(), commands_});
  }
  tell({Message::Level::info, finished.text + (finished.went_back ? " Run goes on from here."
                                                                  : " Run goes on to twice as many.")});
}

void Observatory::handle(const ConfigChanged& changed) {
  commands_ = changed.commands;
  if (std::exchange(is_beginning_, false) && changed.restarted && runner() != nullptr)
    beginning_ = Beginning{changed.config, changed.preset};
  if (changed.restarted) {
    if (is_in_past()) leave_past();
    ++restarts_;
    ++course_revision_;
    course_.clear();
    marks_.clear();
    segment_ = changed.segment;
    first_embeddings_.reset();
  }
  if (!changed.key.empty()) mark(changed);
  if (!std::exchange(is_backing_off_, false)) changes_.confirm({confirmed_, preset_}, changed);
  confirmed_ = changed.config;
  preset_ = changed.preset;
  pending_.erase(changes_.take_refused());
  settle_pending();
  if (changed.restarted) layer_names_.clear();
  adopt_task(changed.task);
  theory_ = changed.theory;
  has_changed_ = true;
}

void Observatory::settle_pending() {
  // What the hand has set since stays on its control until the engine has answered that too; making a task may take
  // its time, and what is refused goes back.
  const double now = now_in_seconds();
  std::erase_if(pending_, [&](const auto& entry) {
    const auto& [key, pending] = entry;
    const bool is_answered = confirmed_.contains(key) && confirmed_.at(key) == pending.value;
    return is_answered || (now - pending.sent_at > kPatience && !status_.preparation);
  });
  adopt_config();
}

void Observatory::adopt_config() {
  config_ = confirmed_;
  for (const auto& [key, pending] : pending_) show_pending(key, pending.value);
  parameters_ = config_.values().empty() ? std::vector<Parameter>{} : applicable_parameters(config_);
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
  Mark next{changed.segment, changed.step, changed.mark, false, changed.key, changed.from, now, changed.commands};
  // What has changed here is worth being kept.
  past_.pin({changed.segment, changed.step});
  const bool has_own = !marks_.empty() && marks_.back().commands > inherited_;
  if (has_own && marks_.back().key == changed.key && now - marks_.back().made_at < kOneDrag) {
    next.from = marks_.back().from;
    next.step = marks_.back().step;
    next.text = changed.label + " " + next.from + " → " + changed.to;
    marks_.pop_back();
  }
  marks_.push_back(std::move(next));
}

void Observatory::tell(Message message) {
  message_ = std::move(message);
  message_time_ = now_in_seconds();
}

void Observatory::adopt_task(std::shared_ptr<const Task> task) {
  if (task == task_) return;
  task_ = std::move(task);
  targets_.adopt(task_);
  adopt_max_margin(nullptr);
  ntp_ufm_fit_.reset();
  ntp_ufm_.reset();
  snapshot_.reset();
  fit_to(view, *task_);
}

void Observatory::adopt_theory_of(const Embeddings& embeddings) {
  adopt_task(embeddings.task);
  theory_ = embeddings.theory;
  if (embeddings.max_margin != max_margin_) adopt_max_margin(embeddings.max_margin);
}

void Observatory::adopt_max_margin(std::shared_ptr<const MaxMarginTheory> theory) {
  max_margin_ = std::move(theory);
  targets_.adopt(max_margin_);
}

double Observatory::message_age() const { return now_in_seconds() - message_time_; }

}  // namespace gramscope::app
