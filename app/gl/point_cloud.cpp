#include "app/gl/point_cloud.h"

#include <cstddef>

namespace gramscope::app {
namespace {

struct PointInstance {
  float x, y;
  float radius;
  float ring;
  float marker;
  ImU32 colour;
  ImU32 ring_colour;
};

struct SegmentInstance {
  float ax, ay, bx, by;
  float width;
  ImU32 colour_a;
  ImU32 colour_b;
};

void float_attribute(GLuint location, GLint components, std::size_t stride, std::size_t offset) {
  glEnableVertexAttribArray(location);
  glVertexAttribPointer(location, components, GL_FLOAT, GL_FALSE, static_cast<GLsizei>(stride),
                        reinterpret_cast<const void*>(offset));
  glVertexAttribDivisor(location, 1);
}

void colour_attribute(GLuint location, std::size_t stride, std::size_t offset) {
  glEnableVertexAttribArray(location);
  glVertexAttribPointer(location, 4, GL_UNSIGNED_BYTE, GL_TRUE, static_cast<GLsizei>(stride),
                        reinterpret_cast<const void*>(offset));
  glVertexAttribDivisor(location, 1);
}

template <class Instance>
void fill(Buffer& buffer, const std::vector<Instance>& instances) {
  glBindBuffer(GL_ARRAY_BUFFER, buffer.ensure());
  glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(instances.size() * sizeof(Instance)),
               instances.data(), GL_STREAM_DRAW);
}

}  // namespace

void PointCloud::draw(const Canvas& canvas, ImVec2 min, ImVec2 max, ImU32 outline) {
  const ScissorScope scissor(canvas, min, max);
  glEnable(GL_BLEND);
  glBlendEquation(GL_FUNC_ADD);
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  if (!segments.empty()) draw_segments(canvas);
  if (!points.empty()) draw_points(canvas, outline);
  glBindVertexArray(0);
  glBindBuffer(GL_ARRAY_BUFFER, 0);
  glDisable(GL_BLEND);
}

void PointCloud::draw_segments(const Canvas& canvas) {
  std::vector<SegmentInstance> instances;
  instances.reserve(segments.size());
  for (const auto& segment : segments) {
    const ImVec2 a = canvas.to_pixels(segment.a);
    const ImVec2 b = canvas.to_pixels(segment.b);
    instances.push_back(
        {a.x, a.y, b.x, b.y, segment.width * canvas.scale.x, segment.colour_a, segment.colour_b});
  }
  segment_program_.use();
  segment_program_.set("u_viewport", canvas.width, canvas.height);
  glBindVertexArray(segment_array_.ensure());
  fill(segment_buffer_, instances);
  constexpr std::size_t kStride = sizeof(SegmentInstance);
  float_attribute(0, 4, kStride, offsetof(SegmentInstance, ax));
  float_attribute(1, 1, kStride, offsetof(SegmentInstance, width));
  colour_attribute(2, kStride, offsetof(SegmentInstance, colour_a));
  colour_attribute(3, kStride, offsetof(SegmentInstance, colour_b));
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(instances.size()));
}

void PointCloud::draw_points(const Canvas& canvas, ImU32 outline) {
  std::vector<PointInstance> instances;
  instances.reserve(points.size());
  for (const auto& point : points) {
    const ImVec2 p = canvas.to_pixels(point.position);
    instances.push_back({p.x, p.y, point.radius * canvas.scale.x, point.ring * canvas.scale.x,
                         static_cast<float>(point.marker), point.colour, point.ring_colour});
  }
  point_program_.use();
  point_program_.set("u_viewport", canvas.width, canvas.height);
  point_program_.set("u_outline_width", 1.2f * canvas.scale.x);
  point_program_.set_colour("u_outline", outline);
  glBindVertexArray(point_array_.ensure());
  fill(point_buffer_, instances);
  constexpr std::size_t kStride = sizeof(PointInstance);
  float_attribute(0, 2, kStride, offsetof(PointInstance, x));
  float_attribute(1, 1, kStride, offsetof(PointInstance, radius));
  float_attribute(2, 1, kStride, offsetof(PointInstance, ring));
  float_attribute(3, 1, kStride, offsetof(PointInstance, marker));
  colour_attribute(4, kStride, offsetof(PointInstance, colour));
  colour_attribute(5, kStride, offsetof(PointInstance, ring_colour));
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(instances.size()));
}

}  // namespace gramscope::app
