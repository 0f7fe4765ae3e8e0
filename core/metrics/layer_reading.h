#pragma once

#include "core/train/snapshot.h"

namespace gramscope {

/// How the hidden states of one layer stand: the alignments of H (math.md section 4) and tr Sigma_W / tr Sigma_B (section
/// 5), on the class means of that layer, and the effective rank of its centred states.
LayerReading read_layer(const Task& task, const HiddenLayer& layer);

}  // namespace gramscope
