#include "core/train/engine_impl.h"

#include <cmath>
#include <utility>

#include "core/metrics/measure.h"

namespace gramscope {

std::shared_ptr<const Embeddings> Engine::Impl::embeddings(const InsideWanted& inside) const {
  auto copy = std::make_shared<Embeddings>();
  copy->task = now.task;
  copy->segment = now.segment;
  copy->step = now.step;
  copy->tick = now.tick;
  copy->penalty = trainer->penalty(now.step);
  copy->smoothing = now.config.real_or("reg.smoothing", 0.0);
  copy->h = trainer->context_embeddings();
  copy->w = trainer->word_embeddings();
  copy->inside = trainer->inside(inside);
  copy->theory = now.theory->theory;
  const auto withheld = max_margin_withheld();
  if (withheld.empty()) copy->max_margin = now.theory->solved;
  if (!withheld.empty())
    copy->max_margin_missing = withheld;
  else if (!now.theory->failure.empty())
    copy->max_margin_missing = now.theory->failure;
  else
    copy->max_margin_missing = copy->max_margin != nullptr ? "" : kMaxMarginAtWork;
  return copy;
}

bool Engine::Impl::is_recorded() const {
  return !records.empty() && records.back().segment() == now.segment && records.back().step() == now.step;
}

bool Engine::Impl::must_record() const {
  return now.has_unrecorded_change || ((now.step == next_scheduled || now.step == limit) && !is_recorded());
}

bool Engine::Impl::record() {
  // In the trainer's precision too: logits that overflow in float may be finite in double.
  if (!trainer->has_finite_objective(now.step)) return false;
  begin_theory();
  collect_theory();
  Record record;
  record.embeddings = embeddings(hooks.recorded);
  record.metrics = measure(*record.embeddings);
  if (!std::isfinite(record.metrics.get("objective"))) return false;
  record.at_segment = now.segment;
  record.at_step = now.step;
  const bool replaces = is_recorded();
  if (!replaces) now.course_before_last = now.course;
  now.course = now.course_before_last;
  now.course.phase.observe(now.step, record.metrics);
  now.course.watch.observe(now.step, is_scheduled_step(now.step), now.course.phase);
  record.phase = now.course.phase;
  now.has_unrecorded_change = false;
  if (replaces) desk.drop(now.segment, now.step);
  if (max_margin_withheld().empty() && now.theory->is_open()) desk.keep(record, now.theory);
  if (replaces)
    records.back() = record;
  else {
    if (!records.empty()) records.back().embeddings.reset();
    records.push_back(record);
  }
  auto here = checkpoint();
  here->last_recorded.reset();
  if (now.course.phase.peak_step() == now.step) now.course.peak = here->course.peak = without_earlier_peaks(*here);
  last_recorded = std::move(here);
  next_scheduled = next_scheduled_step(now.step);
  tell(Recorded{std::move(record), replaces, hooks.has_branch_points ? branch_point() : nullptr, commands.size()});
  return true;
}

void Engine::Impl::settle() {
  collect_theory();
  if (must_record()) {
    is_stop_due = true;
    if (!record()) {
      is_stop_due = false;
      return diverge(now.step);
    }
  }
  if (std::exchange(is_stop_due, false)) end_at_peak_if_due();
}

void Engine::Impl::end_at_peak_if_due() {
  if (now.state == Engine::State::ready && now.config.text("run.stop") == "peak" && now.course.peak != nullptr &&
      now.course.watch.is_past_peak(now.config.integer("run.stop_after")))
    stop_at_peak();
}

std::shared_ptr<Engine::Checkpoint> Engine::Impl::checkpoint() const {
  auto copy = std::make_shared<Checkpoint>(now);
  copy->noise = noise.state();
  copy->last_recorded = last_recorded;
  copy->is_stop_due = is_stop_due;
  copy->trainer = trainer->state();
  return copy;
}

std::shared_ptr<const Engine::Checkpoint> Engine::Impl::without_earlier_peaks(const Checkpoint& checkpoint) {
  auto copy = std::make_shared<Checkpoint>(checkpoint);
  copy->course.peak.reset();
  copy->course_before_last.peak.reset();
  return copy;
}

}  // namespace gramscope
