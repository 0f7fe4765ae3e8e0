#pragma once

#include <doctest/doctest.h>

#include <memory>

#include "app/gl/canvas.h"
#include "app/gl/offscreen.h"

namespace gramscope::app {

/// A canvas to draw on, or nullptr with a message where there is no display: the test then has nothing to
/// say.
inline std::unique_ptr<OffscreenCanvas> canvas_if_display(int width, int height) {
  try {
    return std::make_unique<OffscreenCanvas>(width, height);
  } catch (const DisplayError& error) {
    MESSAGE("not drawn: ", error.what());
    return nullptr;
  }
}

inline Canvas whole(const OffscreenCanvas& canvas) {
  return {static_cast<float>(canvas.width()), static_cast<float>(canvas.height()), {0, 0}, {1, 1}};
}

inline unsigned pixel(const Image& image, int x, int y) {
  const auto* p = &image.rgba[4 * (static_cast<std::size_t>(y) * image.width + x)];
  return p[0] | p[1] << 8 | p[2] << 16 | 0xff000000u;
}

}  // namespace gramscope::app
