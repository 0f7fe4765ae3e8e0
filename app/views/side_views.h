#pragma once

#include <memory>

#include "app/views/view.h"

namespace gramscope::app {

// The views that fill the right-hand panel and the bottom: numbers and curves rather than pictures.
std::unique_ptr<View> make_metric_view();
std::unique_ptr<View> make_contrast_view();
std::unique_ptr<View> make_timeline_view();

}  // namespace gramscope::app
