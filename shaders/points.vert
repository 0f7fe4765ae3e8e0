#version 330 core
// A marker: a square just large enough for the shape, its outline and its ring. Positions are framebuffer pixels with
// the origin at the top left.
layout(location = 0) in vec2 a_position;
layout(location = 1) in float a_radius;
layout(location = 2) in float a_ring;
layout(location = 3) in float a_marker;
layout(location = 4) in vec4 a_colour;
layout(location = 5) in vec4 a_ring_colour;

uniform vec2 u_viewport;
uniform float u_outline_width;

out vec2 v_offset;  // from the marker's centre in pixels, y down
flat out float v_radius;
flat out float v_ring;
flat out int v_marker;
flat out vec4 v_colour;
flat out vec4 v_ring_colour;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  float reach = a_radius * 1.36 + u_outline_width + 1.0 + (a_ring > 0.0 ? a_ring + 3.0 : 0.0);
  v_offset = corner * reach;
  v_radius = a_radius;
  v_ring = a_ring;
  v_marker = int(a_marker + 0.5);
  v_colour = a_colour;
  v_ring_colour = a_ring_colour;
  vec2 pixel = a_position + v_offset;
  gl_Position = vec4(pixel / u_viewport * 2.0 - 1.0, 0.0, 1.0) * vec4(1.0, -1.0, 1.0, 1.0);
}
