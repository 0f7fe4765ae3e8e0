#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/registry/config.h"

namespace gramscope {

/// What a command line makes of a preset: `stated`, the preset's own values, completed, with those that the user gives by key,
/// as text. Values that decide which others apply come first, in the order of deciding_keys(), whatever the order they were
/// given in; what the preset said gives way where they make it inapplicable, which is told in `notes`. `on_divergence` is what
/// run.on_divergence is where nobody says. The result is resolved. Throws UsageError for a value that does not apply, is out of
/// range or does not go with the others.
Config with_given_values(const Config& stated, const std::map<std::string, std::string>& given,
                         const std::string& on_divergence, std::vector<std::string>* notes = nullptr);

}  // namespace gramscope
