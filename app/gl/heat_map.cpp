#include "app/gl/heat_map.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "app/gl/colour_map.h"

namespace gramscope::app {
namespace {

/// Above everything that is measured: the shader's sign for "no value" (some drivers optimise NaN tests away).
constexpr float kUndefined = 3e38f;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
  return hash ^ (hash >> 29);
}

/// A number that differs, for all practical purposes, where what is shown differs. Training moves every
/// entry, so of large matrices an evenly spread sample is enough; reading all of 2048² would cost more than
/// it saves.
std::uint64_t fingerprint(const MatrixF& values, std::span<const Index> rows, std::span<const Index> columns,
                          GridSize pixels) {
  constexpr Index kMost = 1 << 16;
  // Odd, so that it does not stay on a few rows of a matrix whose side is a power of two.
  const Index stride = values.size() <= kMost ? 1 : (values.size() / kMost) | 1;
  std::uint64_t hash = mix(static_cast<std::uint64_t>(values.rows()), static_cast<std::uint64_t>(values.cols()));
  hash = mix(hash, static_cast<std::uint64_t>(pixels.rows));
  hash = mix(hash, static_cast<std::uint64_t>(pixels.columns));
  for (Index i = 0; i < values.size(); i += stride) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values.data() + i, sizeof bits);
    hash = mix(hash, bits);
  }
  for (const auto order : {rows, columns})
    for (const Index index : order) hash = mix(hash, static_cast<std::uint64_t>(index));
  return hash;
}

/// The rows (or columns) that are shown, in the matrix's own order, and the cell of each.
struct ShownCells {
  std::vector<Index> source;
  std::vector<Index> cell;
};

/// Of a matrix with `count` rows, shown in `order` as `cells`.
ShownCells cells_of(Index count, std::span<const Index> order, Index cells) {
  const Index shown = order.empty() ? count : static_cast<Index>(order.size());
  std::vector<Index> cell(static_cast<std::size_t>(count), -1);
  for (Index i = 0; i < shown; ++i) {
    const Index source = order.empty() ? i : order[static_cast<std::size_t>(i)];
    cell[static_cast<std::size_t>(source)] = i * cells / shown;
  }
  ShownCells result;
  for (Index i = 0; i < count; ++i) {
    if (cell[static_cast<std::size_t>(i)] < 0) continue;
    result.source.push_back(i);
    result.cell.push_back(cell[static_cast<std::size_t>(i)]);
  }
  return result;
}

/// `most`, and no more cells than are shown.
GridSize fitting_size(const MatrixF& values, std::span<const Index> rows, std::span<const Index> columns, GridSize most) {
  const auto shown = [](Index count, std::span<const Index> order) {
    return order.empty() ? static_cast<int>(count) : static_cast<int>(order.size());
  };
  return {std::min(shown(values.rows(), rows), std::max(1, most.rows)),
          std::min(shown(values.cols(), columns), std::max(1, most.columns))};
}

}  // namespace

std::vector<float> reorder_and_average(const MatrixF& values, std::span<const Index> rows,
                                       std::span<const Index> columns, GridSize most) {
  const GridSize size = fitting_size(values, rows, columns, most);
  // Where each row and column ends up: reading stays sequential, only the sums are scattered.
  const ShownCells shown_rows = cells_of(values.rows(), rows, size.rows);
  const ShownCells shown_columns = cells_of(values.cols(), columns, size.columns);
  std::vector<float> sums(static_cast<std::size_t>(size.rows) * static_cast<std::size_t>(size.columns), 0.0f);
  std::vector<float> counts(sums.size(), 0.0f);
  for (std::size_t j = 0; j < shown_columns.source.size(); ++j) {
    const float* column = values.data() + shown_columns.source[j] * values.rows();
    const Index x = shown_columns.cell[j];
    for (std::size_t i = 0; i < shown_rows.source.size(); ++i) {
      const float value = column[shown_rows.source[i]];
      if (std::isnan(value)) continue;
      const auto at = static_cast<std::size_t>(shown_rows.cell[i] * size.columns + x);
      sums[at] += value;
      counts[at] += 1.0f;
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    sums[i] = counts[i] > 0.0f ? sums[i] / counts[i] : std::numeric_limits<float>::quiet_NaN();
  return sums;
}

void HeatMap::set(const MatrixF& values, std::span<const Index> rows, std::span<const Index> columns,
                  GridSize pixels) {
  if (values.size() == 0) {
    size_ = {};
    fingerprint_ = 0;
    return;
  }
  // More pixels than cells show the same cells.
  const GridSize size = fitting_size(values, rows, columns, pixels);
  const std::uint64_t now = fingerprint(values, rows, columns, size);
  if (size_ == size && now == fingerprint_) return;
  fingerprint_ = now;
  size_ = size;
  cells_ = reorder_and_average(values, rows, columns, size_);
  needs_upload_ = true;
}

void HeatMap::upload() {
  for (float& value : cells_)
    if (std::isnan(value)) value = kUndefined;
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, size_.columns, size_.rows, 0, GL_RED, GL_FLOAT, cells_.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  needs_upload_ = false;
}

void HeatMap::upload_colours() {
  const auto entries = diverging_map().entries();
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, static_cast<GLsizei>(entries.size()), 1, 0, GL_RGBA,
               GL_UNSIGNED_BYTE, entries.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

void HeatMap::draw(const Canvas& canvas, ImVec2 min, ImVec2 max, float gap, ImU32 gap_colour, float limit) {
  if (size_.rows == 0 || !(limit > 0.0f)) return;
  const ImVec2 low = canvas.to_pixels(min);
  const ImVec2 high = canvas.to_pixels(max);
  program_.use();
  glActiveTexture(GL_TEXTURE1);
  const bool has_colours = static_cast<bool>(colours_);
  glBindTexture(GL_TEXTURE_2D, colours_.ensure());
  if (!has_colours) upload_colours();
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, texture_.ensure());
  if (needs_upload_) upload();
  program_.set("u_rect", low.x, low.y, high.x, high.y);
  program_.set("u_viewport", canvas.width, canvas.height);
  program_.set("u_size", high.x - low.x, high.y - low.y);
  program_.set("u_gap", gap);
  program_.set("u_limit", limit);
  program_.set_colour("u_gap_colour", gap_colour);
  program_.set_colour("u_undefined", diverging_map().undefined_colour());
  program_.set_unit("u_values", 0);
  program_.set_unit("u_colours", 1);
  glDisable(GL_BLEND);
  glBindVertexArray(empty_.ensure());
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  glBindVertexArray(0);
}

}  // namespace gramscope::app
