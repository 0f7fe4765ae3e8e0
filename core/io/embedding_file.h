#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/io/snapshot_paths.h"
#include "core/tasks/task_work.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Embeddings that any program has written, as .npz, .npy (H alone) or .safetensors. Arrays, by name:
///   H (or embeddings)  n×d numbers, a row per sample        the only one that must be there
///   W                  K×d numbers, a row per class or word with b: the read-out W h + b
///   b                  K numbers                            only beside W
///   labels (or y)      n integers >= 0, less than K where there is a W
///   factors            n×k integers (n: one factor), the latent attributes; factor_names: k texts
///   names              n texts; word_names: K texts
///   step               an integer >= 0
///   smoothing, penalty a number each: the label smoothing in force, and what the objective adds to the loss
/// Numbers are reals of 16, 32 or 64 bits (bfloat16 in .safetensors) or integers, in C or Fortran order, in either byte
/// order; all become doubles, exactly but for integers beyond 2^53. An .npz or .safetensors with one matrix alone may call
/// it anything. Other arrays are passed over. In .safetensors, which has no texts, these are strings in __metadata__ that
/// hold a JSON array of strings ("names": "[\"a\", \"b\"]"); "step" may be one that holds a number.
///
/// Rows, columns and elements are counted from 0 everywhere, as in NumPy: samples and words without a name are called "0",
/// "1", ..., and so are the values of a factor, by their integer.
///
/// Limits, checked before anything is allocated: kMostEmbeddingCells entries of H and of W, kMostEmbeddingRows rows of H,
/// kMostEmbeddingWords words, kMostEmbeddingFactors factors. Memory while reading: the doubles of H and W, and a few MiB.
inline constexpr Index kMostEmbeddingCells = Index{1} << 27;  ///< 20,000 × 4,096 fits
inline constexpr Index kMostEmbeddingRows = Index{1} << 16;
inline constexpr Index kMostEmbeddingWords = Index{1} << 19;
inline constexpr Index kMostEmbeddingFactors = 64;

/// What a file holds.
struct EmbeddingFile {
  /// At step 0 where neither the file nor its name (step_in_name) says one. Nobody else has them yet: what is known of their
  /// segment and theory can be added.
  std::shared_ptr<Embeddings> embeddings;
  std::optional<std::int64_t> own_step;  ///< that the file itself says
  std::vector<std::pair<std::string, std::string>> facts;  ///< {"H", "5,000 × 1,024, float32"}, in the order above
};

/// Reads one. What it lacks of labels, factors and names is taken from the task of `before`, an earlier snapshot of the
/// same samples: whose task the new one shares where nothing differs. `before` may be nullptr. Where `targets` is given (a
/// run's own task.npz) it says what follows the samples.
/// Throws InputError "file: place: problem" for what is malformed, NaN or infinite (the first such entry is named), of
/// the wrong shape or type, not of as many rows as `before`, beyond the limits; for pickled arrays and PyTorch's .pt and
/// .pth with the line of Python that converts them. Throws Cancelled.
EmbeddingFile read_embedding_file(const std::filesystem::path& path, const Embeddings* before = nullptr,
                                  const Task* targets = nullptr, const TaskWork& work = {});

}  // namespace gramscope
