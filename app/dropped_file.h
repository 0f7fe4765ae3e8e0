#pragma once

#include <filesystem>

#include "app/observatory.h"
#include "app/views/top_bar.h"

namespace gramscope::app {

/// What a file dropped on the window means: a preset or session (.toml) is loaded, arrays or a directory of them are opened
/// as a recording, any other text becomes what is learned, with one command. What can be none of these is answered with a
/// message.
void open_dropped_file(Observatory& observatory, const ExperimentSource& experiments,
                       const std::filesystem::path& path);

/// Whether a path is one of snapshots, by what it is called: a directory, .npy, .npz, .safetensors; and .pt or .pth, which
/// are answered with how to convert them.
bool looks_like_snapshots(const std::filesystem::path& path);

/// Whether the file begins like text: no zero byte and no broken UTF-8 in its first 64 kB, and not empty. Throws
/// InputError if it cannot be read.
bool looks_like_text(const std::filesystem::path& path);

}  // namespace gramscope::app
