#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/linalg/types.h"
#include "core/metrics/class_table.h"
#include "core/metrics/metrics.h"
#include "core/metrics/phase.h"
#include "core/models/inside.h"
#include "core/tasks/task.h"
#include "core/theory/task_theory.h"
#include "core/train/pair_histogram.h"

namespace gramscope {

/// The embeddings of one moment of a run, copied out of the engine between two steps.
struct Embeddings {
  std::shared_ptr<const Task> task;
  std::int64_t segment = 0;  ///< counts restarts and returns to a peak
  std::int64_t step = 0;
  std::int64_t tick = 0;     ///< steps tried since the session began
  double penalty = 0.0;      ///< the part of the objective that is not a function of (task, W, H)
  double smoothing = 0.0;    ///< eps of the label smoothing in force
  MatrixD h;                 ///< d×m
  MatrixD w;                 ///< V×d; 0×d where a recording has none
  VectorD bias;              ///< V: logits are W h + b; empty: no bias
  Inside inside;             ///< as much as was asked for
  std::shared_ptr<const TaskTheory> theory;            ///< of the task; nullptr: measure() makes it
  std::shared_ptr<const MaxMarginTheory> max_margin;   ///< nullptr: not solved, and max_margin_missing says why
  std::string max_margin_missing = "L_mm has not been solved for";
};

/// What is kept of a recorded step: a cold-started pure function of its embeddings.
struct Record {
  std::int64_t at_segment = 0;
  std::int64_t at_step = 0;
  Metrics metrics;
  PhaseTracker phase;  ///< as it stands after this record
  /// W and H there. Carried by the event that announces the record; lists of records keep only the newest.
  std::shared_ptr<const Embeddings> embeddings;

  std::int64_t segment() const { return at_segment; }
  std::int64_t step() const { return at_step; }
};

/// The newest of those records that was made at that step of that segment; nullptr if there is none.
Record* find_record(std::vector<Record>& records, std::int64_t segment, std::int64_t step);

/// A direction of the centred H: its singular value, and how much of it the attributes share.
struct SpectrumLine {
  double singular_value = 0.0;
  /// Share of the direction's context vector inside the span of the factors' centred indicators, 0 to 1
  /// (1: contexts differ along it only by attributes; 0: a private direction). NaN without factors.
  double shared = 0.0;
};

/// Where structure lives: the alignment of one layer's hidden states.
struct LayerReading {
  std::string name;
  double cka_semantic = 0.0;   ///< NaN without two factors
  double cka_symmetric = 0.0;  ///< NaN where all states are equal
  double nc1_quotient = 0.0;   ///< NaN where every context has its own label
  double effective_rank = 0.0;
};

/// Which contexts are neighbours where a row of a Gram matrix stands for several: position -> context; nullptr: those of the
/// task's order.
using BlockOrder = std::shared_ptr<const std::vector<Index>>;

/// All that the views draw of one moment. Immutable, made by the analyst thread.
struct Snapshot {
  std::shared_ptr<const Embeddings> embeddings;
  Metrics metrics;

  /// Cosines of the centred columns of H, in the task's order: m×m. Where there are more than kMostGramRows, mean cosines
  /// of `block` contexts each that are neighbours in `order` (block_cosine_gram).
  MatrixF gram_h;
  MatrixF gram_w;        ///< the same of the centred rows of W: V×V, or mean cosines of `word_block` words each
  Index block = 1;       ///< contexts that a row of gram_h stands for
  BlockOrder order;      ///< in which they are neighbours
  Index word_block = 1;  ///< words that a row of gram_w stands for

  /// 3×m: the centred columns of H in their principal three-dimensional subspace, steady from frame to frame.
  /// Rows are zero where H has fewer than three directions.
  Eigen::Matrix<float, 3, Eigen::Dynamic> projection;
  double projection_radius = 0.0;      ///< largest distance of a projected point from the origin
  double explained_variance_3 = 0.0;   ///< share of the variance in the three axes, 0 to 1

  /// Descending: all min(d, m) directions, or the leading kLeadingAxes where there are more than kAllAxes (principal_axes).
  std::vector<SpectrumLine> spectrum;
  double variance = 0.0;  ///< |H - mean|^2, the sum of the squares of all singular values
  Index directions = 0;   ///< min(d, m - 1): how many there can be

  /// What the Gram of H, the projection and the spectrum show: -1 for H itself, else a layer of embeddings->inside.
  int layer = -1;
  std::vector<LayerReading> layers;  ///< of embeddings->inside.layers

  /// L = W H (V×m) if wanted and of at most kMostLogitCells entries; else empty.
  MatrixF logits;
  /// Cosines of the columns of H and of the rows of W as the theory has them, with no mean subtracted, if wanted; of the
  /// size of gram_h and gram_w.
  MatrixF plain_gram_h;
  MatrixF plain_gram_w;
  /// m: the centred cosines of one context, wanted.context, with all contexts, in full however many there are; empty where
  /// none is wanted.
  VectorF context_cosines;
  std::optional<Index> context;  ///< the one they are of
  std::shared_ptr<const PairHistogram> histogram;  ///< of the centred cosines, if wanted; else nullptr
  std::shared_ptr<const ClassTable> classes;       ///< if wanted; else nullptr

  const Task& task() const { return *embeddings->task; }
  std::int64_t segment() const { return embeddings->segment; }
  std::int64_t step() const { return embeddings->step; }
};

/// What a frame is to show besides W and H.
struct FrameWanted {
  InsideWanted inside = {};
  int layer = -1;  ///< see Snapshot::layer; a layer implies inside.layers
  bool logits = false;       ///< Snapshot::logits
  bool plain_grams = false;  ///< Snapshot::plain_gram_h and plain_gram_w
  std::optional<Index> context = {};             ///< Snapshot::context_cosines
  std::optional<PairHistogramWanted> histogram = {};  ///< Snapshot::histogram; of `layer` where it is of H
  bool classes = false;                          ///< Snapshot::classes
  BlockOrder order = {};                         ///< Snapshot::order; the same one as long as it says the same

  friend bool operator==(const FrameWanted&, const FrameWanted&) = default;
};

/// The most entries of a matrix of logits that is looked at.
inline constexpr Index kMostLogitCells = Index{1} << 22;

/// The most rows of a Gram matrix that is looked at.
inline constexpr Index kMostGramRows = 4096;

/// How many of `count` contexts or words a row of their Gram matrix stands for: 1 up to kMostGramRows of them.
constexpr Index gram_block(Index count) { return count <= kMostGramRows ? 1 : (count + kMostGramRows - 1) / kMostGramRows; }

/// The target geometries the live Gram is compared with, fixed by the task alone; cosines, of the size of gram_h.
/// Rows of several contexts are of neighbours in `order`; empty: in the task's.
MatrixF semantic_target(const Task& task, std::span<const Index> order = {});  ///< centred K_sem, normalised to cosines
MatrixF symmetric_target(const Task& task);                                    ///< 1 on the diagonal, -1/(m-1) off it

}  // namespace gramscope
