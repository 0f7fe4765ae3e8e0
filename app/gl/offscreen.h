#pragma once

#include <functional>
#include <stdexcept>

#include "app/gl/objects.h"
#include "app/gl/png.h"

struct GLFWwindow;

namespace gramscope::app {

/// There is no display, or none with OpenGL 3.3. Carries the window system's own words. Exit code 4.
class DisplayError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps GLFW initialised while any object of this kind lives.
class GlfwLibrary {
 public:
  GlfwLibrary();  ///< Throws DisplayError.
  ~GlfwLibrary();
  GlfwLibrary(const GlfwLibrary&) = delete;
  GlfwLibrary& operator=(const GlfwLibrary&) = delete;
};

/// The newest error GLFW reported, in its own words, which is thereby taken; "no cause given" if there is
/// none.
std::string take_glfw_error();

/// A window nobody sees, for its OpenGL 3.3 context, and a framebuffer to draw pictures of any size into. The
/// context is current from the constructor on. Everything that owns OpenGL objects must be destroyed before
/// it.
class OffscreenCanvas {
 public:
  OffscreenCanvas(int width, int height);  ///< Throws DisplayError; RuntimeError where the size is too large.
  ~OffscreenCanvas();
  OffscreenCanvas(const OffscreenCanvas&) = delete;
  OffscreenCanvas& operator=(const OffscreenCanvas&) = delete;

  int width() const { return width_; }
  int height() const { return height_; }
  void resize(int width, int height);

  /// Binds the framebuffer, with the viewport all of it, and clears it to a packed colour (red in the lowest
  /// byte).
  void begin(unsigned clear_colour);
  /// Ends a frame that nobody reads: waits until it is drawn. A driver that draws in software otherwise keeps the
  /// commands of every frame, a hundred kilobytes each, until something asks for a picture.
  void end();
  /// What has been drawn since begin().
  Image read() const;

 private:
  GlfwLibrary library_;
  GLFWwindow* window_ = nullptr;
  int width_ = 0;
  int height_ = 0;
  Framebuffer framebuffer_;
  Texture texture_;
};

/// Reads the bound framebuffer, bottom row last.
Image read_pixels(int width, int height);

}  // namespace gramscope::app
