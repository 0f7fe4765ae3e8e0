#include "app/run_tree.h"

#include <algorithm>
#include <utility>

#include "app/ui/format.h"

namespace gramscope::app {

namespace {

/// What a parameter is called where there is little room: its symbol, else its label.
std::string short_name(const Observatory& run, const Mark& mark) {
  for (const auto& parameter : run.parameters())
    if (parameter.key == mark.key && !parameter.symbol.empty() && mark.text.starts_with(parameter.label))
      return parameter.symbol + mark.text.substr(parameter.label.size());
  return mark.text;
}

/// The changes of a run since it left its parent, as they stand on the timeline.
std::vector<const Mark*> own_marks(const RunTree::Run& run) {
  std::vector<const Mark*> marks;
  for (const auto& mark : run.observatory->marks())
    if (!mark.key.empty() && (!run.origin.parent || mark.commands > run.origin.commands)) marks.push_back(&mark);
  return marks;
}

}  // namespace

RunTree::RunTree(std::unique_ptr<Observatory> trunk, std::size_t history_cap) : history_cap_(history_cap) {
  runs_.push_back({kTrunk, {}, std::move(trunk), false});
  share_history();
  describe_family();
}

RunTree::RunTree(std::vector<Restored> runs, std::size_t shown, std::optional<std::size_t> beside, std::size_t history_cap)
    : history_cap_(history_cap) {
  adopt(std::move(runs), shown, beside);
}

RunTree::~RunTree() = default;

RunTree::Run* RunTree::find(int id) {
  const auto run = std::find_if(runs_.begin(), runs_.end(), [&](const Run& one) { return one.id == id; });
  return run == runs_.end() ? nullptr : &*run;
}

const RunTree::Run* RunTree::find(int id) const { return const_cast<RunTree*>(this)->find(id); }

void RunTree::update() {
  for (auto& run : runs_) run.observatory->update();
  // Wishes first: what a drag has sent meanwhile belongs to the branch that is now made.
  take_wishes();
  for (std::size_t i = 0; i < runs_.size(); ++i)
    for (const auto& answer : runs_[i].observatory->take_answers()) {
      const auto* told = std::get_if<RunTold>(&answer);
      if (told != nullptr && asked_ && told->request == asked_->request) asked_->told[runs_[i].id] = *told;
      if (const auto* ready = std::get_if<BranchReady>(&answer)) make_branch(*ready);
    }
  if (branching_) {
    const Run* parent = find(branching_->parent);
    if (parent == nullptr || parent->observatory->status().has_failed || parent->observatory->is_recording()) branching_.reset();
  }
  locate_origins();
  pass_changes_on();
  if (auto* second = beside()) clock_.update(shown(), *second);
  describe_family();
}

void RunTree::take_wishes() {
  Family& family = shown().family;
  const auto wants_shown = std::exchange(family.wants_shown, {});
  const auto wants_removed = std::exchange(family.wants_removed, {});
  const auto wants_beside = std::exchange(family.wants_beside, {});
  if (const auto wants_scope = std::exchange(family.wants_scope, {})) scope_ = *wants_scope;
  if (std::exchange(family.wants_twin, false)) {
    shown().branch_from_beginning();
    if (auto wish = shown().take_branch_wish()) begin_branch(*find(shown_), std::move(*wish), true);
  }
  for (auto& run : runs_)
    if (auto wish = run.observatory->take_branch_wish()) begin_branch(run, std::move(*wish), false);
  if (wants_beside) show_beside(*wants_beside);
  if (wants_removed) remove(*wants_removed);
  if (wants_shown) show(*wants_shown);
}

void RunTree::begin_branch(Run& parent, Observatory::BranchWish wish, bool is_beside) {
  if (branching_ && branching_->parent == parent.id) {
    // The same drag goes on while the branch is on its way.
    for (auto& change : wish.changes) {
      std::erase_if(branching_->changes, [&](const SetParameter& known) { return known.key == change.key; });
      branching_->changes.push_back(std::move(change));
    }
    branching_->hand = wish.hand;
    return;
  }
  if (branching_ || runs_.size() >= kMostRuns)
    return parent.observatory->tell({Message::Level::warning, branching_ ? "Another branch is on its way."
                                                                         : "There are " + std::to_string(kMostRuns) +
                                                                               " runs: remove one in the tree first."});
  const auto request = next_request_++;
  if (auto from = parent.observatory->request_branch(request, wish.moment)) {
    branching_ = Branching{request, parent.id, std::move(wish.moment), *std::move(from), std::move(wish.changes), wish.hand, is_beside};
    return;
  }
  parent.observatory->tell({Message::Level::warning, "No branch from there: that moment has just given way to newer ones."});
}

void RunTree::make_branch(const BranchReady& ready) {
  if (!branching_ || branching_->request != ready.request) return;
  const Branching branching = *std::exchange(branching_, {});
  Run* parent = find(branching.parent);
  if (parent == nullptr) return;
  Observatory& from = *parent->observatory;
  RunnerHooks hooks = from.branch_hooks();
  hooks.catch_up = ready.catch_up;
  const bool goes_on = from.status().is_running;
  auto runner = std::make_unique<Runner>(ready.start, goes_on && !branching.is_beside, from.speed(), std::move(hooks));
  Run run;
  run.id = next_id_++;
  run.origin = {parent->id, branching.moment.step, branching.moment.tick, branching.moment.commands};
  run.observatory = std::make_unique<Observatory>(
      from, branching.from, Engine::records_before(*ready.start.point, *ready.start.past), std::move(runner));
  for (const auto& change : branching.changes) run.observatory->set_parameter(change.key, change.value, branching.hand);
  run.goes_on = goes_on && !branching.is_beside;
  from.forget_pending();
  if (from.is_in_past()) from.go_live();
  const int id = run.id;
  runs_.push_back(std::move(run));
  share_history();
  if (branching.is_beside) {
    // A twin is there to be made different.
    scope_ = ChangeScope::beside;
    return show_beside(id);
  }
  const std::string step = format_count(branching.moment.step);
  show(id);
  shown().tell({Message::Level::info, "A branch from step " + step + (goes_on ? "." : ": Space runs it.")});
}

void RunTree::show(int id) {
  Run* next = find(id);
  if (next == nullptr || id == shown_) return;
  Run& before = *find(shown_);
  if (beside_) clock_.end(*before.observatory, *beside());
  if (beside_ == id) {
    beside_ = shown_;  // they change places
    // It may have been told to run a moment ago, and not say so yet.
    const bool is_ready = next->observatory->status().state == Engine::State::ready;
    if (before.observatory->status().is_running && is_ready) next->observatory->run();
  } else {
    before.goes_on = before.observatory->status().is_running;
    if (before.goes_on) before.observatory->pause();
    before.observatory->set_shown(false);
    if (next->goes_on && next->observatory->status().state == Engine::State::ready) next->observatory->run();
  }
  next->observatory->look_as(*before.observatory);
  next->observatory->set_shown(true);
  if (!(next->observatory->speed() == before.observatory->speed())) next->observatory->set_speed(before.observatory->speed());
  shown_ = id;
  if (beside_) clock_.begin(shown(), *beside());
}

void RunTree::show_beside(int id) {
  Run* other = find(id);
  if (other == nullptr) return;
  if (auto* before = beside()) {
    clock_.end(shown(), *before);
    before->pause();
    before->set_shown(false);
    find(*beside_)->goes_on = false;
  }
  beside_.reset();
  if (id == shown_ || shown().is_recording() || other->observatory->is_recording()) return;
  beside_ = id;
  other->observatory->set_shown(true);
  other->observatory->look_as(shown());
  clock_.begin(shown(), *other->observatory);
}

void RunTree::remove(int id) {
  const Run* run = find(id);
  if (run == nullptr || id == kTrunk) return;
  if (beside_ == id) show_beside(shown_);
  if (shown_ == id) {
    const int next = beside_.value_or(run->origin.parent.value_or(kTrunk));
    if (beside_) show_beside(shown_);
    show(find(next) != nullptr ? next : kTrunk);
  }
  if (branching_ && branching_->parent == id) branching_.reset();
  // Its branches left the run that it had left itself, there or further back.
  for (auto& other : runs_) {
    if (other.origin.parent != id) continue;
    Origin origin = run->origin;
    if (other.origin.tick <= run->origin.tick && other.origin.commands <= run->origin.commands) {
      origin = other.origin;
      origin.parent = run->origin.parent;
    }
    other.origin = origin;
  }
  std::erase_if(runs_, [&](const Run& one) { return one.id == id; });
  share_history();
}

void RunTree::replace(std::vector<Restored> runs, std::size_t shown, std::optional<std::size_t> beside) {
  if (beside_) clock_.end(this->shown(), *this->beside());
  const auto before = std::exchange(runs_, {});
  const auto last = std::find_if(before.begin(), before.end(), [&](const Run& run) { return run.id == shown_; });
  branching_.reset();
  asked_.reset();
  beside_.reset();
  adopt(std::move(runs), shown, beside);
  this->shown().look_as(*last->observatory);
}

void RunTree::adopt(std::vector<Restored> runs, std::size_t shown, std::optional<std::size_t> beside) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    Run run;
    run.id = static_cast<int>(i);
    run.origin = runs[i].origin;
    run.title = std::move(runs[i].title);
    run.observatory = std::move(runs[i].observatory);
    run.observatory->set_shown(i == shown);
    runs_.push_back(std::move(run));
  }
  next_id_ = static_cast<int>(runs_.size());
  shown_ = static_cast<int>(shown);
  share_history();
  if (beside) show_beside(static_cast<int>(*beside));
  describe_family();
}

std::vector<int> RunTree::ids() const {
  std::vector<int> result;
  for (const auto& run : runs_) result.push_back(run.id);
  return result;
}

void RunTree::ask_for_runs(bool are_stored) {
  asked_ = Asked{next_request_++, are_stored, ids(), {}};
  for (auto& run : runs_) run.observatory->request_run(asked_->request, are_stored);
}

std::optional<std::vector<RunTree::Told>> RunTree::take_told() {
  if (!asked_) return std::nullopt;
  if (asked_->runs != ids()) ask_for_runs(asked_->are_stored);
  if (asked_->told.size() < runs_.size()) return std::nullopt;
  std::vector<Told> result;
  for (const auto& run : runs_) result.push_back({run.id, run.origin, title(run), asked_->told.at(run.id)});
  asked_.reset();
  return result;
}

void RunTree::locate_origins() {
  for (auto& run : runs_) {
    if (!run.origin.parent || run.origin.step >= 0) continue;
    const Run* parent = find(*run.origin.parent);
    if (parent == nullptr) continue;
    const History& history = parent->observatory->history();
    for (const auto* moment = history.first(); moment != nullptr; moment = history.next(moment->key()))
      if (moment->tick == run.origin.tick) run.origin.step = moment->step;
  }
}

void RunTree::pass_changes_on() {
  for (auto& run : runs_) {
    const auto sent = run.observatory->take_sent();
    if (run.id != shown_ || !beside_ || scope_ != ChangeScope::both) continue;
    for (const auto& [change, hand, direction] : sent) {
      if (beside()->is_in_past()) beside()->go_live();
      if (direction != 0)
        direction < 0 ? beside()->undo() : beside()->redo();
      else if (beside()->config().contains(change.key))
        beside()->set_parameter(change.key, change.value, hand);
    }
    // What came back to it was not asked of it.
    beside()->take_sent();
  }
}

void RunTree::set_history_cap(std::size_t bytes) {
  history_cap_ = bytes;
  share_history();
}

void RunTree::share_history() {
  // Branches share what they have in common: each counts it in full, so that together they never take more.
  for (auto& run : runs_) run.observatory->set_history_cap(history_cap_ / runs_.size());
}

int RunTree::depth(const Run& run) const {
  int depth = 0;
  for (const Run* one = &run; one != nullptr && one->origin.parent; one = find(*one->origin.parent)) ++depth;
  return depth;
}

std::vector<const RunTree::Run*> RunTree::in_order() const {
  std::vector<const Run*> order;
  const auto add = [&](const auto& self, const Run& run) -> void {
    order.push_back(&run);
    for (const auto& other : runs_)
      if (other.origin.parent == run.id) self(self, other);
  };
  for (const auto& run : runs_)
    if (!run.origin.parent || find(*run.origin.parent) == nullptr) add(add, run);
  return order;
}

std::string RunTree::title(const Run& run) const {
  const auto marks = own_marks(run);
  std::string text = run.origin.parent ? "from " + format_count(std::max<std::int64_t>(0, run.origin.step)) : "main";
  if (!run.origin.parent) return text;
  if (marks.empty() && !run.title.empty()) return run.title;
  if (marks.empty()) return text + ": unchanged";
  text += ": " + short_name(*run.observatory, *marks.front());
  if (marks.size() > 1) text += " + " + std::to_string(marks.size() - 1);
  return text;
}

std::string RunTree::details(const Run& run) const {
  std::string text;
  if (run.origin.parent) {
    const Run* parent = find(*run.origin.parent);
    text = "Left " + (parent != nullptr ? "\"" + title(*parent) + "\"" : "a run that was removed") + " at step " +
           format_count(std::max<std::int64_t>(0, run.origin.step)) + ". ";
  } else {
    text = "The run that the window began with. ";
  }
  for (const auto* mark : own_marks(run)) text += "Step " + format_count(mark->step) + ": " + mark->text + ". ";
  const auto& status = run.observatory->status();
  text += std::string(status.is_running ? "Runs" : "Rests") + " at step " + format_count(status.step) + ".";
  return text;
}

void RunTree::describe_family() {
  Family& family = shown().family;
  std::vector<Relative> relatives;
  for (const Run* run : in_order()) {
    Relative one;
    const auto& observatory = *run->observatory;
    // Courses are long and change seldom.
    const auto known = std::find_if(family.runs.begin(), family.runs.end(), [&](const Relative& other) {
      return other.id == run->id && other.revision == observatory.course_revision();
    });
    if (known != family.runs.end())
      one = std::move(*known);
    else
      one.course = observatory.course();
    one.revision = observatory.course_revision();
    one.id = run->id;
    one.depth = depth(*run);
    one.title = title(*run);
    one.details = details(*run);
    one.begun_at = std::max<std::int64_t>(0, run->origin.step);
    one.step = observatory.status().step;
    one.is_running = observatory.status().is_running;
    one.is_shown = run->id == shown_;
    one.is_beside = run->id == beside_;
    relatives.push_back(std::move(one));
  }
  family.runs = std::move(relatives);
  family.beside = beside();
  family.scope = scope_;
  if (auto* second = beside()) second->family.beside = nullptr;
}

}  // namespace gramscope::app
