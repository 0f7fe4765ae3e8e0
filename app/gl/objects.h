#pragma once

#include <glad/gl.h>

#include <utility>

namespace gramscope::app {

/// Whether OpenGL can be called on this thread. Objects that outlive their context died with it.
bool has_current_context();

/// Owns one OpenGL name and deletes it with its kind's function. Movable; empty until ensure().
template <class Kind>
class GlObject {
 public:
  GlObject() = default;
  ~GlObject() { reset(); }
  GlObject(GlObject&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
  GlObject& operator=(GlObject&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, 0);
    }
    return *this;
  }

  /// Makes the object on first use, so that owners can be built before there is a context.
  GLuint ensure() {
    if (id_ == 0) id_ = Kind::create();
    return id_;
  }
  GLuint id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }
  void reset() {
    const GLuint id = std::exchange(id_, 0);
    if (id != 0 && has_current_context()) Kind::destroy(id);
  }

 private:
  GLuint id_ = 0;
};

struct BufferKind {
  static GLuint create() {
    GLuint id = 0;
    glGenBuffers(1, &id);
    return id;
  }
  static void destroy(GLuint id) { glDeleteBuffers(1, &id); }
};
struct VertexArrayKind {
  static GLuint create() {
    GLuint id = 0;
    glGenVertexArrays(1, &id);
    return id;
  }
  static void destroy(GLuint id) { glDeleteVertexArrays(1, &id); }
};
struct TextureKind {
  static GLuint create() {
    GLuint id = 0;
    glGenTextures(1, &id);
    return id;
  }
  static void destroy(GLuint id) { glDeleteTextures(1, &id); }
};
struct ProgramKind {
  static GLuint create() { return glCreateProgram(); }
  static void destroy(GLuint id) { glDeleteProgram(id); }
};
struct FramebufferKind {
  static GLuint create() {
    GLuint id = 0;
    glGenFramebuffers(1, &id);
    return id;
  }
  static void destroy(GLuint id) { glDeleteFramebuffers(1, &id); }
};

using Buffer = GlObject<BufferKind>;
using VertexArray = GlObject<VertexArrayKind>;
using Texture = GlObject<TextureKind>;
using Program = GlObject<ProgramKind>;
using Framebuffer = GlObject<FramebufferKind>;

}  // namespace gramscope::app
