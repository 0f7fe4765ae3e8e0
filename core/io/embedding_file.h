#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/tasks/task_work.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Embeddings that any program has written, as .npz, .npy (H alone) or .safetensors. Arrays, by name:
///   H (or embeddings)  n×d reals, a row per sample          the only one that must be there
///   W                  K×d reals, a row per class or word   with b: the read-out W h + b
///   b                  K reals                              only beside W
///   labels (or y)      n integers >= 0, less than K where there is a W
///   factors            n×k integers >= 0 (n: one factor), the latent attributes; factor_names: k texts
///   names              n texts; word_names: K texts
///   step               an integer >= 0
/// An .npz or .safetensors with one matrix alone may call it anything. Other arrays are passed over. Text in .safetensors
/// is given by the metadata, as JSON arrays of strings.
///
/// Limits, checked before anything is allocated: kMostEmbeddingCells entries of H and of W, kMostEmbeddingRows rows.
inline constexpr Index kMostEmbeddingCells = Index{1} << 27;  ///< 20,000 × 4,096 fits
inline constexpr Index kMostEmbeddingRows = Index{1} << 16;

/// What a file holds.
struct EmbeddingFile {
  std::shared_ptr<const Embeddings> embeddings;  ///< at step 0 where neither the file nor its name says one
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

/// A file that looks like a snapshot, by its name.
struct SnapshotPath {
  std::filesystem::path path;
  std::optional<std::int64_t> step;  ///< the last number in the file's name: "model_step_00200.npz" 200
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type written{};
};

/// The .npz, .npy and .safetensors files of a directory, or of its folder "snapshots" where it has one (what `run --out`
/// leaves), by step and then by name; temporary files (a name that begins with a dot or ends in .tmp) are not among them.
/// Of one file: itself. Throws InputError if there is no such file or directory or it cannot be read.
std::vector<SnapshotPath> list_snapshots(const std::filesystem::path& path);

}  // namespace gramscope
