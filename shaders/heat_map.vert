#version 330 core
// A rectangle of the window, from its corners in framebuffer pixels with the origin at the top left.
uniform vec4 u_rect;      // left, top, right, bottom
uniform vec2 u_viewport;  // width, height

out vec2 v_pixel;  // from the rectangle's top left corner

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 pixel = mix(u_rect.xy, u_rect.zw, corner);
  v_pixel = pixel - u_rect.xy;
  gl_Position = vec4(pixel / u_viewport * 2.0 - 1.0, 0.0, 1.0) * vec4(1.0, -1.0, 1.0, 1.0);
}
