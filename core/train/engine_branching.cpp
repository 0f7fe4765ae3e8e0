#include <algorithm>

#include "core/linalg/arithmetic.h"
#include "core/train/engine_impl.h"

namespace gramscope {

namespace {

bool is_of(const TheoryDesk::Queue::Item& item, const Record& record) {
  return item.segment == record.segment() && item.step == record.step();
}

/// As records stand in a list that goes on after them.
void cut(std::vector<Record>& records, std::size_t count) {
  records.resize(std::min(records.size(), count));
  if (!records.empty()) records.back().embeddings.reset();
}

}  // namespace

std::shared_ptr<const Engine::Checkpoint> Engine::Impl::branch_point() const {
  const bool is_as_recorded = last_recorded != nullptr && !now.has_unrecorded_change &&
                              last_recorded->segment == now.segment && last_recorded->step == now.step;
  auto point = std::make_shared<Checkpoint>(now);
  point->noise = noise.state();
  point->trainer = is_as_recorded ? last_recorded->trainer : trainer->state();
  if (!is_as_recorded) point->last_recorded = last_recorded;
  point->is_stop_due = is_stop_due;
  // A step is recorded anew only after a change, which has forgotten the peak of the course before: it is not gone back to.
  point->course_before_last.peak.reset();
  point->commands = commands.size();
  if (records.empty()) return point;
  // The record of this step may be replaced, and then the list is no longer the one that belongs here.
  point->records.push_back(records.back());
  point->records_before = records.size() - 1;
  for (const auto& queue : desk.queues())
    for (const auto& item : queue.items)
      if (is_of(item, records.back())) point->waiting.push_back({queue.of, {item}});
  return point;
}

std::shared_ptr<TheoryOfTask> Engine::Impl::theory_for_branch(const TheoryOfTask& of, const Embeddings* recorded) const {
  // `of` may belong to an engine on another thread. What does not change is read there, the rest in what this engine has.
  auto branch = std::make_shared<TheoryOfTask>();
  branch->theory = of.theory;
  branch->config = of.config;
  branch->since_segment = of.since_segment;
  if (recorded != nullptr && recorded->theory == of.theory) branch->solved = recorded->max_margin;
  const auto take = [&](const TheoryOfTask& known) {
    if (known.theory != of.theory || branch->solved != nullptr) return;
    branch->solved = known.solved;
    branch->failure = known.failure;
    if (known.is_open() && known.work != nullptr) branch->solved = known.work->result();
  };
  take(*now.theory);
  for (const auto& queue : desk.queues()) take(*queue.of);
  return branch;
}

std::shared_ptr<const Engine::Past> Engine::Impl::past(const Checkpoint& point) const {
  auto past = std::make_shared<Past>();
  past->commands.assign(commands.begin(),
                        commands.begin() + static_cast<std::ptrdiff_t>(std::min(commands.size(), point.commands)));
  const auto later = std::find_if(withdrawn.begin(), withdrawn.end(),
                                  [&](const Withdrawn& before) { return before.commands > point.commands; });
  past->withdrawn.assign(withdrawn.begin(), later);
  past->records = records;
  cut(past->records, point.records_before);
  // Backwards: the first that took something out of a record knows what it was at the branch point.
  for (auto before = withdrawn.end(); before != later;) {
    --before;
    for (const auto& [place, metrics] : before->metrics)
      if (place < past->records.size()) past->records[place].metrics = metrics;
  }

  // One for each task, however many queues wait for it.
  std::vector<std::shared_ptr<TheoryOfTask>> theories;
  const auto theory_of = [&](const TheoryOfTask& of) {
    for (const auto& known : theories)
      if (known->theory == of.theory) return known;
    return theories.emplace_back(
        theory_for_branch(of, point.records.empty() ? nullptr : point.records.back().embeddings.get()));
  };
  past->theory = theory_of(*point.theory);
  const auto wait = [&](const TheoryDesk::Queue& queue, const auto& is_kept) {
    TheoryDesk::Queue kept{theory_of(*queue.of), {}};
    std::copy_if(queue.items.begin(), queue.items.end(), std::back_inserter(kept.items), is_kept);
    if (kept.items.empty()) return;
    auto& queues = past->waiting;
    const auto same = std::find_if(queues.begin(), queues.end(), [&](const auto& other) { return other.of == kept.of; });
    if (same == queues.end())
      queues.push_back(std::move(kept));
    else
      same->items.insert(same->items.end(), kept.items.begin(), kept.items.end());
  };
  for (const auto& queue : later == withdrawn.end() ? desk.queues() : later->waiting)
    wait(queue, [&](const TheoryDesk::Queue::Item& item) {
      return find_record(past->records, item.segment, item.step) != nullptr;
    });
  for (const auto& queue : point.waiting) wait(queue, [](const TheoryDesk::Queue::Item&) { return true; });
  return past;
}

void Engine::Impl::begin_branch(const Checkpoint& point, const Past& past) {
  Checkpoint state = point;
  state.theory = past.theory;
  state.records.clear();
  state.records_before = 0;
  state.waiting.clear();
  state.commands = 0;
  state.is_stop_due = false;
  go_back(state);
  records = Engine::records_before(point, past);
  commands = past.commands;
  withdrawn = past.withdrawn;
  last_recorded = point.last_recorded;
  if (last_recorded == nullptr && is_recorded()) last_recorded = std::make_shared<Checkpoint>(std::move(state));
  // A point taken between a step and its record, or before the first.
  if (!is_recorded()) next_scheduled = next_scheduled_step(now.step - 1);
  desk.restore(past.waiting, hooks.solve_max_margin);
  if (point.is_stop_due) end_at_peak_if_due();
}

std::shared_ptr<const Engine::Checkpoint> Engine::branch_point() const {
  const ComputeScope scope;
  return impl_->branch_point();
}

std::shared_ptr<const Engine::Past> Engine::past(const Checkpoint& branch_point) const {
  return impl_->past(branch_point);
}

std::vector<Record> Engine::records_before(const Checkpoint& branch_point, const Past& past) {
  std::vector<Record> records = past.records;
  records.insert(records.end(), branch_point.records.begin(), branch_point.records.end());
  return records;
}

std::size_t Engine::commands_before(const Checkpoint& branch_point) { return branch_point.commands; }

Engine Engine::branch_from(const Checkpoint& branch_point, const Past& past, EngineHooks hooks) {
  const ComputeScope scope;
  auto impl = std::make_unique<Impl>(std::move(hooks));
  impl->begin_branch(branch_point, past);
  return Engine(std::move(impl));
}

}  // namespace gramscope
