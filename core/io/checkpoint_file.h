#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/io/saving_calls.h"
#include "core/train/stored_run.h"

namespace gramscope {

/// The state of a run in a file, NAME.ckpt, from which another process goes on with the same bits.
///
/// It is a .safetensors file (safetensors.h), which Python's library opens too: the tensors of the run under
/// their names, F32 or F64 as they are computed with, and one of bytes, "run", that holds all else as JSON:
/// {"configs": [{key: value}], "commands": [{tick, op, ...}] as a session has them, "values": {name: value}}.
/// The header's __metadata__ says what it is: "digest", "format", "gramscope" (the version that wrote it) and
/// "cpu".
///
/// The digest comes first, at one place in every such file: 64-bit FNV-1a of all bytes but its own sixteen.
/// It tells every changed byte; it is no protection against somebody who means harm. The same run gives the
/// same bytes.

/// A run as it was read, and where it was written: it goes on with the same bits on the same version and
/// processor only.
struct CheckpointFile {
  StoredRun run;
  std::string version;
  std::string cpu;

  /// What is not the same here, in words: "written by gramscope 0.1.0 (this is 0.2.0)". Empty where all is.
  std::string difference() const;
};

/// The most bytes of a file that is read.
inline constexpr std::uint64_t kMostCheckpointBytes = std::uint64_t{16} << 30;

/// Writes the file (atomically; throws RuntimeError). Paths in it are absolute, as in a session.
void save_checkpoint(const std::filesystem::path& path, const StoredRun& run,
                     const SavingCalls& calls = system_calls());

/// Reads it. Throws InputError "file: problem" for what cannot be read, is no checkpoint, is damaged or cut
/// short, is larger than `limit`, or is of a newer format, with the version that wrote it. Memory: that of
/// the file, and a tensor.
CheckpointFile load_checkpoint(const std::filesystem::path& path, std::uint64_t limit = kMostCheckpointBytes);

}  // namespace gramscope
