#pragma once

#include "app/views/top_bar.h"

namespace gramscope::app {

/// The experiments the window's picker offers, the shipped presets, and how one is loaded.
ExperimentSource experiment_source();

}  // namespace gramscope::app
