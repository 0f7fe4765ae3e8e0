#version 330 core
in float v_across;
flat in float v_width;
in vec4 v_colour;

out vec4 o_colour;

void main() {
  float cover = clamp(0.5 + v_width * 0.5 - abs(v_across), 0.0, 1.0);
  o_colour = vec4(v_colour.rgb, v_colour.a * cover);
}
