#version 330 core
// Marker shapes as signed distances (negative inside, in pixels), so that edges are smooth at every size. The sizes
// are chosen so that all shapes cover about the area of the circle.
uniform vec4 u_outline;
uniform float u_outline_width;

in vec2 v_offset;
flat in float v_radius;
flat in float v_ring;
flat in int v_marker;
flat in vec4 v_colour;
flat in vec4 v_ring_colour;

out vec4 o_colour;

float box(vec2 p, vec2 half_size) {
  vec2 q = abs(p) - half_size;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0);
}

// Regular polygon with its corners at `radius`, the first pointing up.
float polygon(vec2 p, float radius, float sides) {
  float sector = 6.2831853 / sides;
  float angle = atan(p.x, -p.y);
  float within = angle - sector * floor(angle / sector + 0.5);
  // Shift by half a sector: edges, not corners, lie where distances are measured.
  float to_edge = abs(within) - sector * 0.5;
  return length(p) * cos(to_edge) - radius * cos(sector * 0.5);
}

// A star: alternating corners at `outer` and `inner`, as the distance to the edge line of the sector's half.
float star(vec2 p, float outer, float inner, float points) {
  float sector = 6.2831853 / points;
  float angle = atan(p.x, -p.y);
  float within = abs(angle - sector * floor(angle / sector + 0.5));
  vec2 q = length(p) * vec2(cos(within), sin(within));
  vec2 a = vec2(outer, 0.0);
  vec2 b = inner * vec2(cos(sector * 0.5), sin(sector * 0.5));
  vec2 edge = normalize(b - a);
  vec2 normal = vec2(edge.y, -edge.x);
  return dot(q - a, normal);
}

float shape(vec2 p, float r) {
  switch (v_marker) {
    case 1: return box(p, vec2(r * 0.88));
    case 2: return polygon(p - vec2(0.0, r * 0.22), r * 1.36, 3.0);
    case 3: return (abs(p.x) + abs(p.y) - r * 1.22) * 0.7071;
    case 4: return star(p, r * 1.34, r * 0.62, 5.0);
    case 5: {
      vec2 q = vec2(p.x + p.y, p.x - p.y) * 0.7071;
      return min(box(q, vec2(r * 1.16, r * 0.38)), box(q, vec2(r * 0.38, r * 1.16)));
    }
    case 6: return polygon(vec2(p.x, -p.y) - vec2(0.0, r * 0.22), r * 1.36, 3.0);
    case 7: return polygon(p, r * 1.10, 6.0);
    default: return length(p) - r;
  }
}

void main() {
  float d = shape(v_offset, v_radius);
  float fill = clamp(0.5 - d, 0.0, 1.0);
  float outline = clamp(0.5 - (d - u_outline_width), 0.0, 1.0);
  vec4 colour = vec4(mix(u_outline.rgb, v_colour.rgb, fill), outline * mix(u_outline.a, v_colour.a, fill));
  if (v_ring > 0.0) {
    float centre = v_radius * 1.34 + u_outline_width + 1.5 + v_ring * 0.5;
    float ring = clamp(0.5 + v_ring * 0.5 - abs(length(v_offset) - centre), 0.0, 1.0) * v_ring_colour.a;
    colour = vec4(mix(colour.rgb, v_ring_colour.rgb, ring), max(colour.a, ring));
  }
  if (colour.a <= 0.0) discard;
  o_colour = colour;
}
