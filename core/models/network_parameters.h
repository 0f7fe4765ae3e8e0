#pragma once

#include <string>

#include "core/models/norm_layer.h"
#include "core/registry/registry.h"

namespace gramscope {

// Knobs that the networks share.

Choice layer_norm_choice();
Choice rms_norm_choice();
/// model.norm, its default the first of `choices`.
Parameter norm_parameter(std::vector<Choice> choices);
NormKind norm_kind(const std::string& key);

Parameter biases_parameter();
Parameter init_scale_parameter(double default_value);

/// ModelEntry::refuses of a model that reads tokens.
std::string needs_tokens(const TaskTraits& traits);

}  // namespace gramscope
