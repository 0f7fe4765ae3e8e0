#include "core/train/analysis.h"

#include <algorithm>
#include <limits>

#include "core/linalg/gram.h"
#include "core/linalg/pair_cosines.h"
#include "core/linalg/small_gram.h"
#include "core/linalg/spectrum.h"
#include "core/metrics/layer_reading.h"
#include "core/metrics/measure.h"

namespace gramscope {

namespace {

/// The hidden states that a snapshot shows.
const MatrixD& shown_states(const Embeddings& embeddings, int layer) {
  return layer < 0 ? embeddings.h : embeddings.inside.layers[static_cast<std::size_t>(layer)].states;
}

MatrixF gram_in_order(const Snapshot& snapshot, const MatrixD& centred, const WorkDone& done) {
  const bool is_ordered =
      snapshot.block > 1 && snapshot.order != nullptr && static_cast<Index>(snapshot.order->size()) == centred.cols();
  const auto order = is_ordered ? std::span<const Index>(*snapshot.order) : std::span<const Index>();
  return block_cosine_gram(centred, snapshot.block, order, done).cast<float>();
}

MatrixF logits_of(const Embeddings& embeddings) {
  if (embeddings.w.rows() * embeddings.h.cols() > kMostLogitCells) return {};
  MatrixD logits = embeddings.w * embeddings.h;
  if (embeddings.bias.size() == logits.rows()) logits.colwise() += embeddings.bias;
  return logits.cast<float>();
}

/// Multiplications that take a few tenths of a second.
constexpr double kQuickWork = 1e9;

/// Work of so many multiplications, told as shares of it.
WorkDone told(const TaskWork& work, double multiplications, const char* what) {
  return [&work, multiplications, what, done = 0.0](double more) mutable {
    done += more;
    work.progress(std::min(1.0, done / multiplications), what);
  };
}

double histogram_work(const Embeddings& embeddings, const MatrixD& states, const PairHistogramWanted& wanted) {
  return wanted.of_words ? product_tiles_work(embeddings.w.cols(), embeddings.w.rows())
                         : product_tiles_work(states.rows(), states.cols());
}

/// What is looked at in some frames only.
void complete_wishes(Snapshot& snapshot, const FrameWanted& wanted, const TaskWork& work) {
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
                                        centre_columns(embeddings.w.transpose()),
                                        told(work, histogram_work(embeddings, states, *wanted.histogram), "Counting pairs"));
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

bool Analysis::is_quick(const Embeddings& embeddings, const FrameWanted& wanted) const {
  if (!wanted.histogram) return true;
  const bool is_there = last_ != nullptr && last_->embeddings.get() == &embeddings && last_->layer == wanted.layer &&
                        last_->histogram != nullptr && last_->histogram->wanted == *wanted.histogram;
  return is_there || histogram_work(embeddings, embeddings.h, *wanted.histogram) < kQuickWork;
}

void Analysis::adopt(const std::shared_ptr<const Task>& task) {
  if (task == task_) return;
  // Where the contexts are the same ones, only what is known of them has changed: the picture need not turn.
  if (task_ == nullptr || task->context_names != task_->context_names) previous_ = {};
  task_ = task;
  attributes_ = AttributeSpan(*task);
}

void Analysis::read_spectrum(Snapshot& snapshot, const MatrixD& centred, const WorkDone& done) {
  const PrincipalAxes axes = principal_axes(centred, done);
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

void Analysis::take_picture(Snapshot& snapshot, const MatrixD& states, const BlockOrder& order, const TaskWork& work) {
  const MatrixD h = centre_columns(states);
  const MatrixD w = centre_columns(snapshot.embeddings->w.transpose());
  snapshot.block = gram_block(h.cols());
  snapshot.word_block = gram_block(w.cols());
  snapshot.order = order;
  const WorkDone done = told(work,
                             block_cosine_gram_work(h.rows(), h.cols(), snapshot.block) +
                                 block_cosine_gram_work(w.rows(), w.cols(), snapshot.word_block) +
                                 small_gram_work(h.rows(), h.cols()),
                             "Drawing");
  snapshot.gram_h = gram_in_order(snapshot, h, done);
  snapshot.gram_w = block_cosine_gram(w, snapshot.word_block, {}, done).cast<float>();
  read_spectrum(snapshot, h, done);
}

std::shared_ptr<const Snapshot> Analysis::operator()(std::shared_ptr<const Embeddings> embeddings,
                                                     const FrameWanted& wanted, const Metrics* measured,
                                                     const TaskWork& work) {
  const auto& layers = embeddings->inside.layers;
  const int layer = wanted.layer < static_cast<int>(layers.size()) ? wanted.layer : -1;
  std::shared_ptr<Snapshot> snapshot;
  if (last_ != nullptr && last_->embeddings == embeddings && last_->layer == layer) {
    snapshot = std::make_shared<Snapshot>(*last_);
    if (measured != nullptr) snapshot->metrics = *measured;
    if (snapshot->block > 1 && snapshot->order != wanted.order) {
      snapshot->order = wanted.order;
      const MatrixD h = centre_columns(shown_states(*embeddings, layer));
      const double multiplications = block_cosine_gram_work(h.rows(), h.cols(), snapshot->block);
      snapshot->gram_h = gram_in_order(*snapshot, h, told(work, multiplications, "Putting rows in order"));
    }
  } else {
    last_.reset();  // whose memory the new one may need
    adopt(embeddings->task);
    snapshot = std::make_shared<Snapshot>();
    snapshot->embeddings = embeddings;
    snapshot->layer = layer;
    snapshot->metrics = measured != nullptr ? *measured : measure(*embeddings, MeasureDepth::preview);
    for (const auto& one : layers) snapshot->layers.push_back(read_layer(*task_, one));
    take_picture(*snapshot, shown_states(*embeddings, layer), wanted.order, work);
  }
  complete_wishes(*snapshot, wanted, work);
  last_ = snapshot;
  return snapshot;
}

}  // namespace gramscope
