// What the window asks of its source: commands to a run, the playhead of a recording, and another source.
#include <algorithm>
#include <chrono>
#include <utility>

#include "app/observatory.h"
#include "core/registry/error.h"

namespace gramscope::app {

namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The index of the recorded step nearest to `step`, the earlier of two as near. `records` must not be empty.
std::size_t nearest_record(const std::vector<Record>& records, std::int64_t step) {
  const auto after = std::lower_bound(records.begin(), records.end(), step,
                                      [](const Record& record, std::int64_t s) { return record.step() < s; });
  if (after == records.begin()) return 0;
  const auto before = std::prev(after);
  const bool is_before = after == records.end() || step - before->step() <= after->step() - step;
  return static_cast<std::size_t>((is_before ? before : after) - records.begin());
}

}  // namespace

void Observatory::set_parameter(const std::string& key, const Value& value, Hand hand) {
  if (is_recording()) return;
  if (!is_in_past()) return send_parameter(key, value, hand);
  if (!branch_wish_) branch();
  if (!branch_wish_) return;
  branch_wish_->hand = hand;
  auto& changes = branch_wish_->changes;
  std::erase_if(changes, [&](const SetParameter& change) { return change.key == key; });
  changes.push_back({key, value});
  pending_[key] = {value, seconds_now()};
  adopt_config();
}

void Observatory::send_parameter(const std::string& key, const Value& value, Hand hand) {
  source_->send(SetParameter{key, value});
  sent_.push_back({{key, value}, hand});
  untold_.clear();
  wanted_changes_ = 0;
  const Config before = config_;
  show_pending(key, value);
  if (config_ == before) return;  // so it is already, or the engine refuses it
  pending_[key] = {value, seconds_now()};
  changes_.send(SetParameter{key, config_.at(key)}, hand);
  parameters_ = applicable_parameters(config_);
}

void Observatory::branch() { wish_branch(is_in_past() ? past_.moment() : past_.history().last()); }

void Observatory::branch_from_beginning() {
  const PastMoment* last = past_.history().last();
  const PastMoment* first = last != nullptr ? past_.history().at({last->segment, 0}) : nullptr;
  if (first == nullptr && !is_recording())
    return tell({Message::Level::warning, "No twin: the run's beginning is not remembered. Branch from a step that is."});
  wish_branch(first);
}

void Observatory::wish_branch(const PastMoment* moment) {
  if (is_recording()) return tell({Message::Level::info, "Snapshots of another program have nothing to branch from."});
  if (moment == nullptr || past_.history().branch_point_at_or_before(moment->key()) == nullptr)
    return tell({Message::Level::warning, "No branch from here: too little of the past is remembered (history, in MiB)."});
  branch_wish_ = BranchWish{*moment, {}};
}

std::optional<PastMoment> Observatory::request_branch(std::int64_t request, const PastMoment& moment) {
  const auto& history = past_.history();
  const PastMoment* from = moment.branch_point != nullptr ? &moment : history.branch_point_at_or_before(moment.key());
  // The run may have recorded that step anew, with later commands in force.
  if (from != nullptr && from->commands > moment.commands)
    from = history.branch_point_at_or_before({moment.segment, moment.step - 1});
  if (from == nullptr) return std::nullopt;
  source_->send(RequestBranch{request, from->branch_point, moment.tick, moment.commands});
  return *from;
}

void Observatory::forget_pending() {
  pending_.clear();
  adopt_config();
}

void Observatory::run() {
  // It may lengthen the run, which is no change by the hand that has set its length before.
  changes_.forget_answered();
  source_->send(Run{status_.state == Engine::State::finished || status_.state == Engine::State::stopped});
  status_.is_running = true;
}

void Observatory::pause() {
  source_->send(Pause{});
  status_.is_running = false;
}

void Observatory::toggle_running() { status_.is_running ? pause() : run(); }
void Observatory::step(std::int64_t steps) {
  is_recording() || is_in_past() ? step_recorded(steps) : source_->send(StepOnce{steps});
}

void Observatory::restart() {
  if (!is_recording()) source_->send(Restart{});
}

void Observatory::new_seed() {
  if (is_recording()) return;
  const auto seed = config_.integer("run.seed");
  send_parameter("run.seed", Value{seed >= 4'294'967'295 ? std::int64_t{0} : seed + 1});
}

void Observatory::set_speed(const SetSpeed& speed) {
  speed_ = speed;
  source_->send(speed);
  if (past_.is_playing()) past_.play(speed_);
}

void Observatory::seek(std::int64_t step) {
  if (records().empty()) return;
  if (!is_recording()) {
    past_.seek(step);
    // At the newest recorded step a run that rests there is not past.
    const std::int64_t last = records().back().step();
    if (step > last || (past_.is_shown() && past_.step() == last && status_.step == last)) leave_past();
    return;
  }
  const std::int64_t nearest = records()[nearest_record(records(), step)].step();
  if (nearest == playhead() && !status_.is_running) return;
  sought_ = {nearest, seconds_now()};
  status_.is_running = false;
  source_->send(Seek{nearest});
}

void Observatory::step_recorded(std::int64_t steps) {
  if (records().empty()) return;
  if (!is_recording()) {
    if (!is_in_past() && steps > 0) return;
    past_.move(playhead(), steps);
    if (!is_in_past()) leave_past();
    return;
  }
  // From where the playhead is seen to stand: keys may come faster than files are read.
  const auto here = static_cast<std::int64_t>(nearest_record(records(), playhead()));
  const auto last = static_cast<std::int64_t>(records().size()) - 1;
  seek(records()[static_cast<std::size_t>(std::clamp<std::int64_t>(here + steps, 0, last))].step());
}

void Observatory::toggle_playing() {
  if (is_recording()) return toggle_running();
  if (past_.is_playing()) return past_.rest();
  past_.play(speed_);
}

void Observatory::go_live() {
  if (!is_recording()) return leave_past();
  sought_.reset();
  source_->send(GoLive{});
}

bool Observatory::is_at_newest() const {
  if (!is_recording() || records().empty()) return !is_in_past();
  const bool is_live = !sought_ && status_.recording->is_at_newest;
  return is_live || (!status_.recording->is_following && playhead() == records().back().step());
}

void Observatory::set_following(bool is_on) {
  if (!is_recording()) return;
  source_->send(Follow{is_on});
  status_.recording->is_following = is_on;
}

void Observatory::load(const Config& config, const std::string& preset) {
  if (!is_recording()) {
    retire(std::move(opening_));
    wanted_changes_ = 0;
    changes_.send(Load{resolve(config), preset});
    return source_->send(Load{config, preset});
  }
  begin_opening(std::make_unique<Opening>(
      [config, preset, speed = speed_, read_weights = read_weights_](const TaskWork& work) -> std::unique_ptr<RunSource> {
        return std::make_unique<Runner>(config, preset, true, speed, RunnerHooks{read_weights, [&work] { return work; }});
      }));
}

void Observatory::open(std::unique_ptr<RunSource> source) {
  begin_opening(std::make_unique<Opening>(std::move(source)));
}

void Observatory::begin_opening(std::unique_ptr<Opening> opening) {
  if (!reason_to_keep_.empty()) {
    retire(std::move(opening));
    return tell({Message::Level::warning, reason_to_keep_});
  }
  if (family.has_several()) {
    retire(std::move(opening));
    return tell({Message::Level::warning, "There are several runs here: open it in another window, or remove the others first."});
  }
  // Of two that were asked for the later one is meant.
  retire(std::exchange(opening_, std::move(opening)));
}

void Observatory::follow_opening() {
  if (opening_->is_ready()) {
    show(opening_->take());
    retire(std::move(opening_));
  } else if (const std::string failure = opening_->failure(); !failure.empty()) {
    retire(std::move(opening_));
    tell({Message::Level::warning, failure});
  }
}

void Observatory::show(std::unique_ptr<RunSource> source) {
  retire(std::exchange(source_, std::move(source)));
  on_event_ = {};  // it belonged to the run that was shown
  source_->send(speed_);
  pending_.clear();
  changes_ = {};
  wanted_changes_ = 0;
  is_backing_off_ = false;
  confirmed_ = {};
  adopt_config();
  preset_.clear();
  beginning_.reset();
  is_beginning_ = true;
  ++course_revision_;
  course_.clear();
  marks_.clear();
  segment_ = 0;
  sought_.reset();
  past_.clear();
  theory_.reset();
  first_embeddings_.reset();
  layer_names_.clear();
  requested_ = {};
  has_changed_ = true;
  view.browsing.clear();
  view.selection.clear();
  view.layer = -1;
}

void Observatory::go_along(int direction) {
  if (is_recording()) return;
  sent_.push_back({{}, Hand::off, direction});
  changes_.end_gesture();
  wanted_changes_ += direction;
  // A task that is still being made for the change is not waited for.
  const bool is_change_waiting = (!pending_.empty() || changes_.is_under_way()) && !changes_.is_undoing();
  if (direction < 0 && is_change_waiting && opening_ == nullptr && source_->status().preparation) {
    ++wanted_changes_;
    return source_->cancel_preparation();
  }
  follow_changes();
}

void Observatory::follow_changes() {
  if (const auto news = changes_.take_news(); !news.empty()) tell({Message::Level::info, news});
  if (!pending_.empty()) return;
  changes_.give_up();
  while (wanted_changes_ != 0 && !changes_.is_under_way()) {
    const bool is_undo = wanted_changes_ < 0;
    wanted_changes_ += is_undo ? 1 : -1;
    if ((is_undo ? changes_.next_undo() : changes_.next_redo()) == nullptr) {
      tell({Message::Level::info, is_undo ? "Nothing to undo." : "Nothing to redo."});
      continue;
    }
    try {
      const Setting now{confirmed_, preset_};
      send_undoing(is_undo ? changes_.undo(now) : changes_.redo(now));
    } catch (const UsageError& error) {
      tell({Message::Level::warning, std::string(is_undo ? "Cannot be undone: " : "Cannot be redone: ") + error.what()});
    }
    if (const auto news = changes_.take_news(); !news.empty()) tell({Message::Level::info, news});
  }
}

void Observatory::send_undoing(const std::vector<Command>& commands) {
  untold_.clear();
  for (const auto& command : commands) {
    source_->send(command);
    const auto* set = std::get_if<SetParameter>(&command);
    if (set == nullptr) continue;
    std::vector<Change> moved;
    with_change(config_, set->key, set->value, &moved);
    for (const auto& other : moved) untold_.push_back(other.message + ".");
    pending_[set->key] = {set->value, seconds_now()};
    show_pending(set->key, set->value);
  }
  parameters_ = applicable_parameters(config_);
}

void Observatory::cancel_preparation() {
  if (opening_ == nullptr) {
    past_.cancel();
    return source_->cancel_preparation();
  }
  opening_->cancel();
  retire(std::move(opening_));
  status_.preparation.reset();
  tell({Message::Level::info, "Not opened: cancelled. The window goes on with what it shows."});
}

}  // namespace gramscope::app
