#pragma once

#include <string>
#include <string_view>

#include "core/train/stored_run.h"

namespace gramscope {

/// All of a run but its tensors as JSON, in UTF-8, paths absolute; see checkpoint_file.h. Throws RuntimeError
/// beginning with `where` for texts that are not UTF-8 and for reals that are not finite.
std::string checkpoint_json(const StoredRun& run, const std::string& where);

/// Reads it back into `run`. Throws InputError beginning with run.where.
void parse_checkpoint_json(std::string_view json, StoredRun& run);

}  // namespace gramscope
