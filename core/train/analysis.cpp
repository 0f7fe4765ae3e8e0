#include "core/train/analysis.h"

#include <algorithm>
#include <limits>

#include "core/linalg/gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/layer_reading.h"
#include "core/metrics/measure.h"

namespace gramscope {

namespace {

/// The hidden states that a snapshot shows.
const MatrixD& shown_states(const Embeddings& embeddings, int layer) {
  return layer < 0 ? embeddings.h : embeddings.inside.layers[static_cast<std::size_t>(layer)].states;
}

MatrixF gram_in_order(const Snapshot& snapshot, const MatrixD& centred) {
  const bool is_ordered =
      snapshot.block > 1 && snapshot.order != nullptr && static_cast<Index>(snapshot.order->size()) == centred.cols();
  return block_cosine_gram(centred, snapshot.block, is_ordered ? std::span<const Index>(*snapshot.order) : std::span<const Index>())
      .cast<float>();
}

MatrixF logits_of(const Embeddings& embeddings) {
  if (embeddings.w.rows() * embeddings.h.cols() > kMostLogitCells) return {};
  MatrixD logits = embeddings.w * embeddings.h;
  if (embeddings.bias.size() == logits.rows()) logits.colwise() += embeddings.bias;
  return logits.cast<float>();
}

/// What is looked at in some frames only.
void complete_wishes(Snapshot& snapshot, const FrameWanted& wanted) {
  const Embeddings& embeddings = *snapshot.embeddings;
  const MatrixD& states = shown_states(embeddings, snapshot.layer);
  if (!wanted.plain_grams) {
    snapshot.plain_gram_h.resize(0, 0);
    snapshot.plain_gram_w.resize(0, 0);
  } else if (snapshot.plain_gram_h.size() == 0) {
    snapshot.plain_gram_h = block_cosine_gram(states, snapshot.block).cast<float>();
    snapshot.plain_gram_w = block_cosine_gram(embeddings.w.transpose(), snapshot.word_block).cast<float>();
  }
  if (!wanted.logits)
    snapshot.logits.resize(0, 0);
  else if (snapshot.logits.size() == 0)
    snapshot.logits = logits_of(embeddings);
  if (!wanted.histogram)
    snapshot.histogram.reset();
  else if (snapshot.histogram == nullptr || snapshot.histogram->wanted != *wanted.histogram)
    snapshot.histogram = pair_histogram(wanted.histogram, *embeddings.task, centre_columns(states),
                                        centre_columns(embeddings.w.transpose()));
  if (!wanted.classes)
    snapshot.classes.reset();
  else if (snapshot.classes == nullptr)
    snapshot.classes = std::make_shared<const ClassTable>(class_table(embeddings));
  const auto context = wanted.context && *wanted.context < states.cols() ? wanted.context : std::nullopt;
  if (context == snapshot.context) return;
  snapshot.context = context;
  snapshot.context_cosines = context ? centred_cosines_with(states, *context).cast<float>() : VectorF();
}

}  // namespace

void Analysis::adopt(const std::shared_ptr<const Task>& task) {
  if (task == task_) return;
  // Where the contexts are the same ones, only what is known of them has changed: the picture need not turn.
  if (task_ == nullptr || task->context_names != task_->context_names) previous_ = {};
  task_ = task;
  attributes_ = AttributeSpan(*task);
}

void Analysis::read_spectrum(Snapshot& snapshot, const MatrixD& centred) {
  const PrincipalAxes axes = principal_axes(centred);
  const Projection projection = steady_projection(axes, previous_);
  if (projection.allFinite()) previous_ = projection;
  snapshot.projection = projection.cast<float>();
  snapshot.projection_radius = projection.cols() > 0 ? projection.colwise().norm().maxCoeff() : 0.0;
  const double total = centred.squaredNorm();
  snapshot.variance = total;
  snapshot.directions = std::min(centred.rows(), std::max<Index>(centred.cols() - 1, 0));
  const Index shown = std::min<Index>(3, axes.singular_values.size());
  snapshot.explained_variance_3 =
      total > 0.0 ? std::min(1.0, axes.singular_values.head(shown).squaredNorm() / total) : 0.0;

  const bool has_factors = !task_->factors.empty();
  const VectorD shares = has_factors ? attributes_.shares(axes.contexts) : VectorD();
  const double negligible = axes.singular_values.size() > 0 ? 1e-7 * axes.singular_values(0) : 0.0;
  for (Index i = 0; i < axes.singular_values.size(); ++i) {
    SpectrumLine line;
    line.singular_value = axes.singular_values(i);
    line.shared = !has_factors                       ? std::numeric_limits<double>::quiet_NaN()
                  : line.singular_value > negligible ? shares(i)
                                                     : 0.0;
    snapshot.spectrum.push_back(line);
  }
}

void Analysis::take_picture(Snapshot& snapshot, const MatrixD& states, const BlockOrder& order) {
  const MatrixD h = centre_columns(states);
  const MatrixD w = centre_columns(snapshot.embeddings->w.transpose());
  snapshot.block = gram_block(h.cols());
  snapshot.word_block = gram_block(w.cols());
  snapshot.order = order;
  snapshot.gram_h = gram_in_order(snapshot, h);
  snapshot.gram_w = block_cosine_gram(w, snapshot.word_block).cast<float>();
  read_spectrum(snapshot, h);
}

std::shared_ptr<const Snapshot> Analysis::operator()(std::shared_ptr<const Embeddings> embeddings,
                                                     const FrameWanted& wanted, const Metrics* measured) {
  const auto& layers = embeddings->inside.layers;
  const int layer = wanted.layer < static_cast<int>(layers.size()) ? wanted.layer : -1;
  std::shared_ptr<Snapshot> snapshot;
  if (last_ != nullptr && last_->embeddings == embeddings && last_->layer == layer) {
    snapshot = std::make_shared<Snapshot>(*last_);
    if (measured != nullptr) snapshot->metrics = *measured;
    if (snapshot->block > 1 && snapshot->order != wanted.order) {
      snapshot->order = wanted.order;
      snapshot->gram_h = gram_in_order(*snapshot, centre_columns(shown_states(*embeddings, layer)));
    }
  } else {
    last_.reset();  // whose memory the new one may need
    adopt(embeddings->task);
    snapshot = std::make_shared<Snapshot>();
    snapshot->embeddings = embeddings;
    snapshot->layer = layer;
    snapshot->metrics = measured != nullptr ? *measured : measure(*embeddings, MeasureDepth::preview);
    for (const auto& one : layers) snapshot->layers.push_back(read_layer(*task_, one));
    take_picture(*snapshot, shown_states(*embeddings, layer), wanted.order);
  }
  complete_wishes(*snapshot, wanted);
  last_ = snapshot;
  return snapshot;
}

}  // namespace gramscope
