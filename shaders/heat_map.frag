#version 330 core
// One value per cell, through the colour map. Pixels that an edge between cells runs through take each cell's share,
// so that cells whose width is no whole number of pixels stay equally wide to the eye.
uniform sampler2D u_values;  // R32F, row i of the matrix in row i of the texture
uniform sampler2D u_colours; // RGBA8, one row
uniform vec2 u_size;         // of the rectangle, in pixels
uniform vec4 u_gap_colour;
uniform vec4 u_undefined;
uniform float u_gap;         // width of the line between cells in pixels, 0 for none
uniform float u_limit;       // colours run from -u_limit to u_limit

in vec2 v_pixel;
out vec4 o_colour;

const float kUndefined = 1e38;  // values above it stand for "no value"

void main() {
  ivec2 cells = textureSize(u_values, 0);
  vec2 cell_size = u_size / vec2(cells);
  vec2 low = (v_pixel - 0.5) / cell_size;
  ivec2 first = clamp(ivec2(low + 1e-4), ivec2(0), cells - 1);
  float value = texelFetch(u_values, first, 0).r;
  if (u_gap > 0.0) {
    vec2 inside = v_pixel - vec2(first) * cell_size;
    if (any(greaterThan(inside, cell_size - u_gap))) {
      o_colour = u_gap_colour;
      return;
    }
  } else {
    // How far this pixel reaches into the next cell; nowhere where cells are whole pixels wide.
    vec2 share = clamp(v_pixel + 0.5 - vec2(first + 1) * cell_size, 0.0, 1.0);
    ivec2 last = min(first + 1, cells - 1);
    if (any(greaterThan(share, vec2(1e-3)))) {
      float b = texelFetch(u_values, ivec2(last.x, first.y), 0).r;
      float c = texelFetch(u_values, ivec2(first.x, last.y), 0).r;
      float d = texelFetch(u_values, last, 0).r;
      if (max(max(value, b), max(c, d)) <= kUndefined)
        value = mix(mix(value, b, share.x), mix(c, d, share.x), share.y);
    }
  }
  if (value > kUndefined) {
    o_colour = u_undefined;
    return;
  }
  int entries = textureSize(u_colours, 0).x;
  int entry = int((clamp(value / u_limit, -1.0, 1.0) * 0.5 + 0.5) * float(entries - 1) + 0.5);
  o_colour = texelFetch(u_colours, ivec2(entry, 0), 0);
}
