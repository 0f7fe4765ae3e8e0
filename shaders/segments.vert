#version 330 core
// A line from a to b as a rectangle one pixel wider than the line, for its smooth edges.
layout(location = 0) in vec4 a_ends;  // framebuffer pixels, origin at the top left
layout(location = 1) in float a_width;
layout(location = 2) in vec4 a_colour_a;
layout(location = 3) in vec4 a_colour_b;

uniform vec2 u_viewport;

out float v_across;  // pixels from the line's middle
flat out float v_width;
out vec4 v_colour;

void main() {
  vec2 along = a_ends.zw - a_ends.xy;
  float len = max(length(along), 1e-4);
  vec2 normal = vec2(-along.y, along.x) / len;
  bool is_b = (gl_VertexID & 1) == 1;
  float side = float(gl_VertexID >> 1) * 2.0 - 1.0;
  v_width = a_width;
  v_across = side * (a_width * 0.5 + 1.0);
  v_colour = is_b ? a_colour_b : a_colour_a;
  vec2 pixel = (is_b ? a_ends.zw : a_ends.xy) + normal * v_across;
  gl_Position = vec4(pixel / u_viewport * 2.0 - 1.0, 0.0, 1.0) * vec4(1.0, -1.0, 1.0, 1.0);
}
