#include "core/train/theory_desk.h"

#include <algorithm>
#include <utility>

#include "core/metrics/measure.h"

namespace gramscope {

namespace {

/// Whether the work is over, and what came of it.
bool is_over(TheoryOfTask& of) {
  if (!of.is_open()) return true;
  if (of.work == nullptr) return false;
  of.solved = of.work->result();
  if (of.solved == nullptr) of.failure = of.work->failure();
  if (of.is_open()) return false;
  of.work.reset();
  return true;
}

/// W and H are shared with whoever heard of the record: what they are told there stays.
void remeasure(Record& record, const Metrics& metrics, const std::shared_ptr<const MaxMarginTheory>& max_margin,
               const std::string& missing) {
  for (const auto& value : metrics.values()) record.metrics.replace(value);
  if (record.embeddings == nullptr) return;
  auto embeddings = std::make_shared<Embeddings>(*record.embeddings);
  embeddings->max_margin = max_margin;
  embeddings->max_margin_missing = missing;
  record.embeddings = std::move(embeddings);
}

void complete(Record& record, const Embeddings& waiting, const TheoryOfTask& of) {
  Embeddings embeddings = waiting;
  embeddings.max_margin = of.solved;
  embeddings.max_margin_missing = of.failure;
  remeasure(record, measure_max_margin(embeddings), of.solved, of.failure);
}

std::size_t bytes_of(const Embeddings& embeddings) {
  return sizeof(double) * static_cast<std::size_t>(embeddings.h.size() + embeddings.w.size());
}

}  // namespace

void TheoryDesk::begin(TheoryOfTask& of, const MaxMarginSolver& solver) {
  if (of.work == nullptr && of.is_open()) of.work = solver ? solver(of.theory) : solve_max_margin_now(of.theory);
}

void TheoryDesk::keep(const Record& record, const std::shared_ptr<TheoryOfTask>& of) {
  auto embeddings = record.embeddings;
  if (!embeddings->inside.layers.empty() || !embeddings->inside.attention.empty()) {
    auto without_inside = std::make_shared<Embeddings>(*embeddings);
    without_inside->inside = {};
    embeddings = std::move(without_inside);
  }
  auto queue = std::find_if(queues_.begin(), queues_.end(), [&](const Queue& q) { return q.of == of; });
  if (queue == queues_.end()) queue = queues_.insert(queue, Queue{of, {}});
  queue->items.push_back({record.segment(), record.step(), std::move(embeddings)});
  count_bytes();
}

void TheoryDesk::drop(std::int64_t segment, std::int64_t step) {
  for (auto& queue : queues_)
    std::erase_if(queue.items, [&](const Queue::Item& item) { return item.segment == segment && item.step == step; });
  std::erase_if(queues_, [](const Queue& queue) { return queue.items.empty(); });
  count_bytes();
}

std::vector<Event> TheoryDesk::collect(std::vector<Record>& records, TheoryOfTask& in_force) {
  std::vector<Event> events;
  if (!in_force.is_announced && is_over(in_force)) {
    in_force.is_announced = true;
    if (in_force.solved != nullptr) events.emplace_back(MaxMarginSolved{in_force.solved});
  }
  bool has_completed = false;
  for (auto& queue : queues_) {
    if (!is_over(*queue.of)) continue;
    for (const auto& item : queue.items) {
      Record* const record = find_record(records, item.segment, item.step);
      if (record == nullptr) continue;
      complete(*record, *item.embeddings, *queue.of);
      events.emplace_back(Remeasured{item.segment, item.step, record->metrics});
    }
    queue.items.clear();
    has_completed = true;
  }
  if (has_completed) {
    std::erase_if(queues_, [](const Queue& queue) { return queue.items.empty(); });
    count_bytes();
  }
  return events;
}

std::vector<Event> TheoryDesk::withdraw(std::vector<Record>& records, const std::shared_ptr<TheoryOfTask>& of,
                                        const Embeddings& without) {
  of->work.reset();
  // What failed may be tried again when it is wanted again; what was found stays true.
  of->failure.clear();
  of->is_announced = of->solved != nullptr && of->is_announced;
  std::erase_if(queues_, [&](const Queue& queue) { return queue.of == of; });
  count_bytes();
  const Metrics undefined = measure_max_margin(without);
  std::vector<Event> events;
  for (auto& record : records) {
    if (record.segment() < of->since_segment) continue;
    remeasure(record, undefined, nullptr, without.max_margin_missing);
    events.emplace_back(Remeasured{record.segment(), record.step(), record.metrics});
  }
  return events;
}

void TheoryDesk::wait() const {
  for (const auto& queue : queues_)
    if (queue.of->work != nullptr) queue.of->work->wait();
}

void TheoryDesk::abandon(const std::string& why) {
  for (const auto& queue : queues_) {
    if (is_over(*queue.of)) continue;
    queue.of->work.reset();
    queue.of->failure = why;
  }
}

void TheoryDesk::restore(std::vector<Queue> queues, const MaxMarginSolver& solver) {
  queues_ = std::move(queues);
  for (const auto& queue : queues_) begin(*queue.of, solver);
  count_bytes();
}

void TheoryDesk::count_bytes() {
  bytes_ = 0;
  for (const auto& queue : queues_)
    for (const auto& item : queue.items) bytes_ += bytes_of(*item.embeddings);
}

}  // namespace gramscope
