#include "core/models/network_parameters.h"

namespace gramscope {

Choice layer_norm_choice() {
  return {"layer", "LayerNorm", "subtracts the mean and divides by the standard deviation, then a gain and a bias"};
}
Choice rms_norm_choice() { return {"rms", "RMSNorm", "divides by the root mean square, then a gain"}; }

Parameter norm_parameter(std::vector<Choice> choices) {
  const std::string first = choices.front().key;
  return choice_parameter("model.norm", "Norm", first, std::move(choices), Effect::restart,
                          "How hidden states are normalised.");
}

NormKind norm_kind(const std::string& key) { return key == "rms" ? NormKind::rms : NormKind::layer; }

Parameter biases_parameter() {
  return flag_parameter("model.biases", "Biases", true, Effect::restart,
                        "Constants added by every affine map and LayerNorm; W has none either way.");
}

Parameter init_scale_parameter(double default_value) {
  return real_parameter("model.init_scale", "Initial scale", "σ", default_value, 1e-4, 1.0, Scale::log, Effect::restart,
                        "Standard deviation of the initial matrices and embeddings.");
}

std::string needs_tokens(const TaskTraits& traits) {
  return traits.has_tokens ? std::string{} : "needs contexts made of tokens";
}

}  // namespace gramscope
