#pragma once

#include <string>

namespace gramscope::app {

struct PictureSize {
  int width = 0;
  int height = 0;
};

/// "1440x900". Throws UsageError with what is allowed.
PictureSize parse_size(const std::string& text);

}  // namespace gramscope::app
