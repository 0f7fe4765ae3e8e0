#pragma once

#include <filesystem>
#include <vector>

#include "core/io/npz.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// The arrays of a snapshot: H (m×d, a row per context in the task's order), W (V×d), labels (m; absent where
/// contexts have more than one next word), factors (m×k) with factor_names (k) where the task has factors,
/// names (m), and step; b (V) where the logits have a bias; smoothing and penalty where they are not 0, so that everything
/// that is measured of the embeddings can be measured again. Where the embeddings carry the hidden states of layers, also layer_00 (m×d_0), layer_01, ... from
/// the tokens to H, and layer_names.
std::vector<NamedArray> snapshot_arrays(const Embeddings& embeddings);

/// Writes them as .npz (atomically; throws RuntimeError).
void write_snapshot(const std::filesystem::path& path, const Embeddings& embeddings);

}  // namespace gramscope
