#include <algorithm>
#include <cmath>
#include <map>

#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "app/views/metric_rows.h"
#include "app/views/reading.h"
#include "app/views/side_views.h"
#include "core/metrics/class_means.h"
#include "core/metrics/metric_list.h"

namespace gramscope::app {
namespace {

InfoCard card_of(const MetricValue& value, const Embeddings& embeddings) {
  const auto* entry = find_metric_entry(value.key);
  InfoCard card{metric_label(value), value.key, {}};
  if (!value.is_defined()) card.paragraph("Not defined here: " + value.undefined, palette().warning);
  if (entry == nullptr) return card;
  card.paragraph(entry->meaning, palette().text);
  card.fact("Formula", entry->formula).fact("Range", entry->range);
  card.fact("At collapse", at_collapse(*entry, class_count(*embeddings.task), embeddings.h.rows()));
  card.fact("Source", entry->source);
  if (value.is_defined()) card.fact("Undefined when", entry->undefined_when);
  if (value.is_defined()) card.fact("Now", format_short(value.value));
  return card;
}

/// The table of metrics: label, value now, and the course over the recorded steps. A wide rectangle holds all
/// of them in columns, a narrow one the principal ones.
class MetricView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const float scale = ui_scale();
    const auto* snapshot = observatory.snapshot();
    const bool is_wide = rect.width() > 420.0f * scale;
    const float margin = 12.0f * scale;
    const auto* beside = observatory.family.beside;
    beside_ = beside != nullptr ? beside->snapshot() : nullptr;
    const char* caption = beside_ != nullptr ? "left, right" : is_wide ? "every metric, now and over the recorded steps" : "";
    const float heading = group_heading({rect.min.x + margin, rect.min.y + margin}, "Geometry", caption);
    if (snapshot == nullptr) return;
    refresh_courses(observatory);
    const Rect table{{rect.min.x + margin, rect.min.y + margin + heading + 6.0f * scale},
                     {rect.max.x - margin, rect.max.y - 2.0f * scale}};
    const auto rows = is_wide ? all_metric_rows(snapshot->metrics) : principal_metric_rows(snapshot->metrics);
    draw_table(table, rows, *snapshot, is_wide);
  }

 private:
  void refresh_courses(const Observatory& observatory) {
    const auto records = current_records(observatory);
    const Record* newest = records.empty() ? nullptr : &records.back();
    const auto* embeddings = newest == nullptr ? nullptr : newest->embeddings.get();
    if (records.size() == course_length_ && embeddings == newest_) return;
    course_length_ = records.size();
    newest_ = embeddings;
    courses_.clear();
    for (const auto& record : records)
      for (const auto& value : record.metrics.values())
        courses_[value.key].push_back(static_cast<float>(value.value));
  }

  void draw_table(const Rect& table, const std::vector<MetricRow>& rows, const Snapshot& snapshot,
                  bool is_wide) {
    const float scale = ui_scale();
    const float row_height = std::round(22.0f * scale);
    const float gap = 36.0f * scale;
    const float natural = 300.0f * scale;
    std::size_t columns = 1;
    auto per_column = static_cast<std::size_t>(std::max(1.0f, std::floor(table.height() / row_height)));
    float width = table.width();
    if (is_wide) {
      // As many columns as there is width for, all about equally long: eyes lose their line across a wide
      // row.
      columns = static_cast<std::size_t>(std::max(1.0f, std::floor((table.width() + gap) / (natural + gap))));
      per_column = std::min(per_column, (rows.size() + columns - 1) / columns);
      width = std::min((table.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
                       1.2f * natural);
    }
    for (std::size_t i = 0; i < std::min(rows.size(), per_column * columns); ++i) {
      const float x = std::round(table.min.x + (width + gap) * static_cast<float>(i / per_column));
      const float y = table.min.y + row_height * static_cast<float>(i % per_column);
      draw_row({{x, y}, {x + std::round(width), y + row_height}}, rows[i], snapshot);
    }
  }

  void draw_row(const Rect& rect, const MetricRow& row, const Snapshot& snapshot) {
    const auto* value = snapshot.metrics.find(row.key);
    if (value == nullptr) return;
    const float scale = ui_scale();
    const auto state = interact("metric." + row.key, rect);
    auto& canvas = *ImGui::GetWindowDrawList();
    if (state.is_hovered || state.is_focused)
      canvas.AddRectFilled({rect.min.x - 6.0f * scale, rect.min.y}, {rect.max.x + 6.0f * scale, rect.max.y},
                           palette().control, 3.0f * scale);
    const float spark = (beside_ != nullptr ? 66.0f : rect.width() < 245.0f * scale ? 42.0f : 56.0f) * scale;
    const Rect curve{{rect.max.x - spark + 2.0f * scale, rect.min.y + 4.0f * scale},
                     {rect.max.x - 2.0f * scale, rect.max.y - 4.0f * scale}};
    const auto course = courses_.find(row.key);
    if (beside_ != nullptr)
      draw_beside(curve, row);
    else if (course != courses_.end())
      sparkline(curve, course->second, metric_colour(row.key));
    MetricRow alone = row;
    if (beside_ != nullptr) alone.partner.clear();
    const std::string text = metric_row_text(alone, snapshot);
    const float value_right = rect.max.x - spark - 8.0f * scale;
    const float value_left = value_right - text_size(fonts().body, text).x;
    const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
    draw_text(fonts().body, {value_left, y}, value->is_defined() ? palette().text : palette().text_dim, text);
    const std::string label = elided(fonts().body, row.label, value_left - 8.0f * scale - rect.min.x);
    const float label_width =
        draw_text(fonts().body, {rect.min.x, y}, mixed(palette().text, palette().text_muted, 0.35f), label);
    report_visible_item("label.metric." + row.key,
                        {{rect.min.x, y}, {rect.min.x + label_width, y + fonts().body->FontSize}});
    if (!wants_info_card(state)) return;
    InfoCard card = card_of(*value, *snapshot.embeddings);
    if (const auto* partner = row.partner.empty() ? nullptr : snapshot.metrics.find(row.partner))
      card.fact(metric_label(*partner), format_short(partner->value));
    show_info_card(card, {CardPlace::Side::left, {rect.min.x - 20.0f * ui_scale(), rect.min.y}});
  }

  /// In the place of the course: the same metric of the run beside.
  void draw_beside(const Rect& place, const MetricRow& row) const {
    MetricRow alone = row;
    alone.partner.clear();
    const auto* value = beside_->metrics.find(row.key);
    const std::string text = value != nullptr ? metric_row_text(alone, *beside_) : "—";
    const float left = place.max.x - text_size(fonts().body, text).x;
    const float y = centred_y(fonts().body, place.min.y - 4.0f * ui_scale(), place.max.y + 4.0f * ui_scale());
    draw_text(fonts().body, {left, y}, value != nullptr && value->is_defined() ? palette().classes[1] : palette().text_dim, text);
    report_visible_item("beside.metric." + row.key, {{left, y}, {place.max.x, y + fonts().body->FontSize}});
  }

  const Snapshot* beside_ = nullptr;  ///< of the run shown beside, this frame
  std::map<std::string, std::vector<float>, std::less<>> courses_;
  std::size_t course_length_ = 0;
  const Embeddings* newest_ = nullptr;
};

}  // namespace

std::unique_ptr<View> make_metric_view() { return std::make_unique<MetricView>(); }

}  // namespace gramscope::app
