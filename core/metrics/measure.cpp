#include "core/metrics/measure.h"

#include "core/metrics/moment.h"
#include "core/metrics/theory_metrics.h"

namespace gramscope {

namespace {

/// In the order of metric_entries().
constexpr MetricFamily kFamilies[] = {add_loss,     add_spectrum,     add_alignment, add_factor_metrics,
                                      add_energies, add_within_class, add_frames,    add_duality,
                                      add_theory};

std::shared_ptr<const TaskTheory> theory_of(const Embeddings& embeddings) {
  return embeddings.theory != nullptr ? embeddings.theory : make_task_theory(embeddings.task);
}

}  // namespace

void add_theory(Metrics& metrics, Moment& moment) {
  const std::string& missing = moment.no_words().empty() ? moment.no_targets() : moment.no_words();
  if (missing.empty())
    add_theory_metrics(metrics, moment.embeddings(), *theory_of(moment.embeddings()), moment.depth(), moment.done());
  else
    add_undefined_theory_metrics(metrics, missing);
}

Metrics measure(const Embeddings& embeddings, MeasureDepth depth, const TaskWork& work) {
  work.progress(0.0, "Measuring");
  Moment moment(embeddings, depth, work);
  Metrics metrics;
  for (const auto family : kFamilies) family(metrics, moment);
  return metrics;
}

Metrics measure_max_margin(const Embeddings& embeddings) {
  Metrics metrics;
  add_max_margin_metrics(metrics, embeddings, *theory_of(embeddings), MeasureDepth::record);
  return metrics;
}

}  // namespace gramscope
