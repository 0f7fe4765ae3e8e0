#include "app/gl/shader_program.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/registry/error.h"
#include "shaders_embedded.h"

#ifdef GRAMSCOPE_SHADER_DIR
#include <GLFW/glfw3.h>
#endif

namespace gramscope::app {
namespace {

#ifdef GRAMSCOPE_SHADER_DIR
std::filesystem::path path_of(const std::string& name) {
  return std::filesystem::path(GRAMSCOPE_SHADER_DIR) / name;
}
#endif

std::string source_of(const std::string& name) {
#ifdef GRAMSCOPE_SHADER_DIR
  std::ifstream file(path_of(name), std::ios::binary);
  if (file) return {std::istreambuf_iterator<char>(file), {}};
#endif
  for (const auto& file : embedded::shaders())
    if (file.name == name) return std::string(file.bytes);
  throw RuntimeError("shaders/" + name + ": there is no shader of that name");
}

template <class GetLength, class GetLog>
std::string log_of(GLuint id, GetLength get_length, GetLog get_log) {
  GLint length = 0;
  get_length(id, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<std::size_t>(length > 0 ? length : 1), '\0');
  get_log(id, static_cast<GLsizei>(log.size()), nullptr, log.data());
  while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
  return log;
}

GLuint compile(const std::string& name, GLenum stage) {
  const std::string source = source_of(name);
  const char* text = source.c_str();
  const GLuint id = glCreateShader(stage);
  glShaderSource(id, 1, &text, nullptr);
  glCompileShader(id);
  GLint is_compiled = GL_FALSE;
  glGetShaderiv(id, GL_COMPILE_STATUS, &is_compiled);
  if (is_compiled == GL_TRUE) return id;
  const std::string log = log_of(id, glGetShaderiv, glGetShaderInfoLog);
  glDeleteShader(id);
  throw RuntimeError("shaders/" + name + ": does not compile: " + log);
}

Program link(const std::array<std::string, 2>& names) {
  const GLuint vertex = compile(names[0], GL_VERTEX_SHADER);
  GLuint fragment = 0;
  try {
    fragment = compile(names[1], GL_FRAGMENT_SHADER);
  } catch (...) {
    glDeleteShader(vertex);
    throw;
  }
  Program program;
  const GLuint id = program.ensure();
  glAttachShader(id, vertex);
  glAttachShader(id, fragment);
  glLinkProgram(id);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  GLint is_linked = GL_FALSE;
  glGetProgramiv(id, GL_LINK_STATUS, &is_linked);
  if (is_linked == GL_TRUE) return program;
  const std::string log = log_of(id, glGetProgramiv, glGetProgramInfoLog);
  throw RuntimeError("shaders/" + names[0] + " with " + names[1] + ": does not link: " + log);
}

}  // namespace

ShaderProgram::ShaderProgram(std::string vertex_name, std::string fragment_name)
    : names_{std::move(vertex_name), std::move(fragment_name)} {}

void ShaderProgram::use() {
  if (!program_) program_ = link(names_);
  reload_if_changed();
  glUseProgram(program_.id());
}

void ShaderProgram::reload_if_changed() {
#ifdef GRAMSCOPE_SHADER_DIR
  if (glfwGetTime() < next_check_) return;
  next_check_ = glfwGetTime() + 0.5;
  std::array<std::filesystem::file_time_type, 2> now{};
  for (int i = 0; i < 2; ++i) {
    std::error_code error;
    now[i] = std::filesystem::last_write_time(path_of(names_[i]), error);
    if (error) return;
  }
  const bool is_first = times_[0] == std::filesystem::file_time_type{};
  if (std::exchange(times_, now) == now || is_first) return;
  try {
    program_ = link(names_);
  } catch (const RuntimeError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
#endif
}

void ShaderProgram::set(const char* uniform, float value) const {
  glUniform1f(glGetUniformLocation(program_.id(), uniform), value);
}
void ShaderProgram::set(const char* uniform, float x, float y) const {
  glUniform2f(glGetUniformLocation(program_.id(), uniform), x, y);
}
void ShaderProgram::set(const char* uniform, float x, float y, float z, float w) const {
  glUniform4f(glGetUniformLocation(program_.id(), uniform), x, y, z, w);
}
void ShaderProgram::set_unit(const char* uniform, int unit) const {
  glUniform1i(glGetUniformLocation(program_.id(), uniform), unit);
}
void ShaderProgram::set_colour(const char* uniform, unsigned colour) const {
  const auto channel = [colour](int c) { return static_cast<float>((colour >> (8 * c)) & 0xffu) / 255.0f; };
  set(uniform, channel(0), channel(1), channel(2), channel(3));
}

}  // namespace gramscope::app
