#include "core/train/analysis.h"

#include <limits>
#include <set>

#include "core/linalg/decomposition.h"
#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/layer_reading.h"
#include "core/metrics/measure.h"

namespace gramscope {

MatrixD attribute_basis(const Task& task) {
  // A factor of which every context has a value of its own (the leaves of a taxonomy) is nothing that contexts share.
  const auto is_shared = [&](const Factor& factor) {
    return static_cast<Index>(std::set<int>(factor.value.begin(), factor.value.end()).size()) < task.contexts;
  };
  Index values = 0;
  for (const auto& factor : task.factors)
    if (is_shared(factor)) values += static_cast<Index>(factor.value_names.size());
  MatrixD indicators = MatrixD::Zero(task.contexts, values);
  Index first = 0;
  for (const auto& factor : task.factors) {
    if (!is_shared(factor)) continue;
    for (Index j = 0; j < task.contexts; ++j) indicators(j, first + factor.value[static_cast<std::size_t>(j)]) = 1.0;
    first += static_cast<Index>(factor.value_names.size());
  }
  if (values == 0) return MatrixD(task.contexts, 0);
  indicators.rowwise() -= indicators.colwise().mean().eval();
  return column_basis(indicators, 1e-10);
}

void Analysis::adopt(const std::shared_ptr<const Task>& task) {
  if (task == task_) return;
  task_ = task;
  attribute_basis_ = attribute_basis(*task);
  previous_ = {};
}

std::shared_ptr<const Snapshot> Analysis::operator()(std::shared_ptr<const Embeddings> embeddings,
                                                     const FrameWanted& wanted) {
  adopt(embeddings->task);
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->metrics = measure(*embeddings, MeasureDepth::preview);

  const auto& layers = embeddings->inside.layers;
  const int layer = wanted.layer < static_cast<int>(layers.size()) ? wanted.layer : -1;
  snapshot->layer = layer;
  for (const auto& one : layers) snapshot->layers.push_back(read_layer(*task_, one));
  const MatrixD& states = layer < 0 ? embeddings->h : layers[static_cast<std::size_t>(layer)].states;
  const MatrixD h = centre_columns(states);
  const MatrixD w = centre_columns(embeddings->w.transpose());
  snapshot->block = gram_block(h.cols());
  snapshot->word_block = gram_block(w.cols());
  snapshot->gram_h = block_cosine_gram(h, snapshot->block).cast<float>();
  snapshot->gram_w = block_cosine_gram(w, snapshot->word_block).cast<float>();
  if (wanted.plain_grams) {
    snapshot->plain_gram_h = block_cosine_gram(states, snapshot->block).cast<float>();
    snapshot->plain_gram_w = block_cosine_gram(embeddings->w.transpose(), snapshot->word_block).cast<float>();
  }
  if (wanted.logits && embeddings->w.rows() * embeddings->h.cols() <= kMostLogitCells)
    snapshot->logits = (embeddings->w * embeddings->h).cast<float>();
  snapshot->histogram = pair_histogram(wanted.histogram, *task_, h, w);
  if (wanted.classes) snapshot->classes = std::make_shared<const ClassTable>(class_table(*embeddings));

  const PrincipalAxes axes = principal_axes(h);
  const Projection projection = steady_projection(axes, previous_);
  if (projection.allFinite()) previous_ = projection;
  snapshot->projection = projection.cast<float>();
  snapshot->projection_radius = projection.cols() > 0 ? projection.colwise().norm().maxCoeff() : 0.0;
  const double explained = explained_variance(axes.singular_values.cwiseAbs2(), 3);
  snapshot->explained_variance_3 = explained == explained ? explained : 0.0;

  const double negligible = axes.singular_values.size() > 0 ? 1e-7 * axes.singular_values(0) : 0.0;
  for (Index i = 0; i < axes.singular_values.size(); ++i) {
    SpectrumLine line;
    line.singular_value = axes.singular_values(i);
    line.shared = task_->factors.empty() ? std::numeric_limits<double>::quiet_NaN()
                  : line.singular_value > negligible
                      ? (attribute_basis_.transpose() * axes.contexts.col(i)).squaredNorm()
                      : 0.0;
    snapshot->spectrum.push_back(line);
  }
  snapshot->embeddings = std::move(embeddings);
  return snapshot;
}

}  // namespace gramscope
