#include "app/gl/offscreen.h"

#include <GLFW/glfw3.h>
#include <glad/gl.h>

#include <algorithm>
#include <string>

#include "core/registry/error.h"

namespace gramscope::app {
namespace {

int library_users = 0;

}  // namespace

std::string take_glfw_error() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text != nullptr ? text : "no cause given";
}

GlfwLibrary::GlfwLibrary() {
  if (glfwInit() != GLFW_TRUE) throw DisplayError("no display: " + take_glfw_error());
  ++library_users;
}

GlfwLibrary::~GlfwLibrary() {
  if (--library_users == 0) glfwTerminate();
}

OffscreenCanvas::OffscreenCanvas(int width, int height) {
  glfwDefaultWindowHints();
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  // Pictures go to the framebuffer below; the window's own is never seen.
  window_ = glfwCreateWindow(16, 16, "Gramscope", nullptr, nullptr);
  if (window_ == nullptr) throw DisplayError("no OpenGL 3.3: " + take_glfw_error());
  glfwMakeContextCurrent(window_);
  try {
    if (gladLoadGL(glfwGetProcAddress) == 0) throw DisplayError("no OpenGL 3.3: its functions are missing");
    resize(width, height);
  } catch (...) {
    texture_.reset();
    framebuffer_.reset();
    glfwDestroyWindow(window_);
    throw;
  }
}

OffscreenCanvas::~OffscreenCanvas() {
  glfwMakeContextCurrent(window_);
  texture_.reset();
  framebuffer_.reset();
  glfwDestroyWindow(window_);
}

void OffscreenCanvas::resize(int width, int height) {
  GLint most = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &most);
  if (width < 1 || height < 1 || width > most || height > most)
    throw RuntimeError("a picture of " + std::to_string(width) + "x" + std::to_string(height) +
                       " pixels cannot be drawn: this OpenGL allows 1x1 to " + std::to_string(most) + "x" +
                       std::to_string(most));
  width_ = width;
  height_ = height;
  glBindTexture(GL_TEXTURE_2D, texture_.ensure());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glBindTexture(GL_TEXTURE_2D, 0);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.ensure());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_.id(), 0);
  const GLenum status = glCheckFramebufferStatus(GL_FRAMEBUFFER);
  if (status != GL_FRAMEBUFFER_COMPLETE)
    throw RuntimeError("a framebuffer of " + std::to_string(width) + "x" + std::to_string(height) +
                       " pixels is incomplete (status " + std::to_string(status) + ")");
}

void OffscreenCanvas::begin(unsigned clear_colour) {
  const auto channel = [&](int c) { return static_cast<float>((clear_colour >> (8 * c)) & 0xffu) / 255.0f; };
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.ensure());
  glViewport(0, 0, width_, height_);
  glDisable(GL_SCISSOR_TEST);
  glClearColor(channel(0), channel(1), channel(2), 1.0f);
  glClear(GL_COLOR_BUFFER_BIT);
}

void OffscreenCanvas::end() { glFinish(); }

Image OffscreenCanvas::read() const {
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_.id());
  return read_pixels(width_, height_);
}

Image read_pixels(int width, int height) {
  Image image{width, height, {}};
  const std::size_t row = static_cast<std::size_t>(width) * 4;
  image.rgba.resize(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
  // OpenGL's first row is the lowest.
  for (int y = 0; y < height / 2; ++y) {
    auto* upper = image.rgba.data() + row * static_cast<std::size_t>(y);
    auto* lower = image.rgba.data() + row * static_cast<std::size_t>(height - 1 - y);
    std::swap_ranges(upper, upper + row, lower);
  }
  return image;
}

}  // namespace gramscope::app
