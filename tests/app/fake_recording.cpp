#include "tests/app/fake_recording.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <variant>

#include "core/metrics/measure.h"

namespace gramscope::app {

std::shared_ptr<const Task> recorded_task(const RecordingPlan& plan) {
  auto task = std::make_shared<Task>();
  task->kind = "recording";
  task->contexts = plan.rows;
  task->words = plan.has_labels || plan.has_w ? plan.classes : 0;
  task->weight = VectorD::Constant(plan.rows, 1.0 / static_cast<double>(plan.rows));
  task->targets.begin.assign(static_cast<std::size_t>(plan.rows) + 1, 0);
  for (Index j = 0; j < plan.rows; ++j) {
    task->context_names.push_back((plan.has_names ? "row " : "") + std::to_string(j));
    if (!plan.has_labels) continue;
    task->targets.word.push_back(j % plan.classes);
    task->targets.probability.push_back(1.0);
    task->targets.begin[static_cast<std::size_t>(j) + 1] = j + 1;
  }
  for (Index k = 0; k < task->words; ++k) task->word_names.push_back((plan.has_names ? "class " : "") + std::to_string(k));
  if (plan.has_factors) {
    for (const int modulus : {2, 3}) {
      Factor factor{modulus == 2 ? "parity" : "third", {}, {}};
      for (int v = 0; v < modulus; ++v) factor.value_names.push_back(std::to_string(v));
      for (Index j = 0; j < plan.rows; ++j) factor.value.push_back(static_cast<int>(j) % modulus);
      task->factors.push_back(std::move(factor));
    }
  }
  if (plan.has_labels) complete(*task);
  return task;
}

std::shared_ptr<const Embeddings> recorded_embeddings(const RecordingPlan& plan, std::shared_ptr<const Task> task,
                                                      std::int64_t step) {
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = std::move(task);
  embeddings->step = step;
  const double turn = 0.3 * std::log1p(static_cast<double>(step));
  embeddings->h = MatrixD::NullaryExpr(plan.dimension, plan.rows, [&](Index i, Index j) {
    return plan.is_constant ? 1.0 : std::sin(1.7 * static_cast<double>(i * plan.rows + j) + turn * static_cast<double>(i + 1));
  });
  embeddings->w.resize(0, plan.dimension);
  if (plan.has_w)
    embeddings->w = MatrixD::NullaryExpr(plan.classes, plan.dimension, [&](Index i, Index j) {
      return std::cos(0.9 * static_cast<double>(i + plan.classes * j) + turn);
    });
  return embeddings;
}

FakeRecording::FakeRecording(const RecordingPlan& plan, std::shared_ptr<Log> log)
    : plan_(plan), log_(std::move(log)), task_(recorded_task(plan)) {
  status_.preparation = RunnerStatus::Preparation{0.4, "Reading step_10.npz"};
  status_.recording.emplace();
  status_.recording->path = "runs/probe";
  status_.recording->snapshots = static_cast<std::int64_t>(plan_.steps.size());
  status_.recording->facts = {{"H", "12 × 5, float32"}};
}

FakeRecording::~FakeRecording() { log_->is_gone = true; }

void FakeRecording::cancel_preparation() { log_->was_cancelled = true; }
std::vector<Event> FakeRecording::take_events() { return std::exchange(events_, {}); }

std::shared_ptr<const Snapshot> FakeRecording::snapshot() const {
  if (is_read_ && snapshot_ == nullptr)
    snapshot_ = analysis_(recorded_embeddings(plan_, task_, plan_.steps[shown_]), wanted_);
  return snapshot_;
}

Record FakeRecording::record_of(std::int64_t step) const {
  Record record;
  record.at_step = step;
  record.embeddings = recorded_embeddings(plan_, task_, step);
  record.metrics = measure(*record.embeddings, MeasureDepth::record);
  return record;
}

void FakeRecording::finish_reading() {
  is_read_ = true;
  status_.preparation.reset();
  status_.recording->measured = static_cast<std::int64_t>(plan_.steps.size());
  ConfigChanged changed;
  changed.preset = "probe";
  changed.task = task_;
  changed.restarted = true;
  events_.push_back(std::move(changed));
  for (const auto step : plan_.steps) events_.push_back(Recorded{record_of(step), false});
  show(plan_.steps.size() - 1);
}

void FakeRecording::fail(const std::string& problem) {
  status_.has_failed = true;
  status_.failure = problem;
}

void FakeRecording::add(std::int64_t step) {
  const bool was_at_newest = status_.recording->is_at_newest;
  const std::int64_t here = status_.step;
  const auto place = std::lower_bound(plan_.steps.begin(), plan_.steps.end(), step);
  const bool is_newest = place == plan_.steps.end();
  plan_.steps.insert(place, step);
  ++status_.recording->snapshots;
  ++status_.recording->measured;
  if (is_newest) {
    events_.push_back(Recorded{record_of(step), false});
  } else {
    CourseReplaced replaced;
    for (const auto known : plan_.steps) replaced.records.push_back(record_of(known));
    events_.push_back(std::move(replaced));
  }
  const std::int64_t shown = was_at_newest ? plan_.steps.back() : here;
  show(static_cast<std::size_t>(std::lower_bound(plan_.steps.begin(), plan_.steps.end(), shown) - plan_.steps.begin()));
}

void FakeRecording::show(std::size_t index) {
  shown_ = index;
  snapshot_.reset();
  status_.step = plan_.steps[index];
  status_.recording->is_at_newest = index + 1 == plan_.steps.size();
}

void FakeRecording::send(Command) { log_->heard.push_back("command"); }

void FakeRecording::send(Control control) {
  if (const auto* seek = std::get_if<Seek>(&control)) {
    log_->heard.push_back("seek " + std::to_string(seek->step));
    const auto nearest = std::min_element(plan_.steps.begin(), plan_.steps.end(), [&](auto a, auto b) {
      return std::abs(a - seek->step) < std::abs(b - seek->step);
    });
    show(static_cast<std::size_t>(nearest - plan_.steps.begin()));
  } else if (std::holds_alternative<GoLive>(control)) {
    log_->heard.push_back("live");
    show(plan_.steps.size() - 1);
  } else if (const auto* follow = std::get_if<Follow>(&control)) {
    log_->heard.push_back(follow->is_on ? "follow" : "stop following");
    status_.recording->is_following = follow->is_on;
  } else if (std::holds_alternative<Run>(control)) {
    log_->heard.push_back("play");
    status_.is_running = true;
  } else if (std::holds_alternative<Pause>(control)) {
    log_->heard.push_back("pause");
    status_.is_running = false;
  } else if (const auto* frame = std::get_if<RequestFrame>(&control)) {
    if (!(frame->wanted == wanted_)) snapshot_.reset();
    wanted_ = frame->wanted;
  }
}

}  // namespace gramscope::app
