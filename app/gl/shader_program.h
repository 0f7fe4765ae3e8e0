#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "app/gl/objects.h"

namespace gramscope::app {

/// A vertex and a fragment shader of shaders/, linked. Compiled on first use; in Debug builds read from the
/// source tree and compiled again when a file changes, keeping the last good program if the new one has
/// errors.
class ShaderProgram {
 public:
  /// Names of embedded files: "heat_map.vert", "heat_map.frag".
  ShaderProgram(std::string vertex_name, std::string fragment_name);

  /// Makes it the current program. Throws RuntimeError with the file's name and the compiler's log.
  void use();

  void set(const char* uniform, float value) const;
  void set(const char* uniform, float x, float y) const;
  void set(const char* uniform, float x, float y, float z, float w) const;
  /// A sampler's texture unit.
  void set_unit(const char* uniform, int unit) const;
  /// A packed colour (red in the lowest byte) as a vec4.
  void set_colour(const char* uniform, unsigned colour) const;

 private:
  void reload_if_changed();

  std::array<std::string, 2> names_;
  std::array<std::filesystem::file_time_type, 2> times_{};
  double next_check_ = 0.0;
  Program program_;
};

}  // namespace gramscope::app
