#include <algorithm>

#include "app/views/gram_panel.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

std::string order_summary(const Task& task, const Grouping& grouping) {
  switch (grouping.by) {
    case Grouping::By::factor:
      return "Contexts with the same " + grouping_label(task, grouping) + " stand together.";
    case Grouping::By::label:
      return "Contexts that the same word follows stand together.";
    case Grouping::By::next_word:
      return "Contexts with the same most likely next word stand together.";
    case Grouping::By::support:
      return "Contexts that the same words can follow stand together.";
    case Grouping::By::nothing:
      return "The order of the task, the same in every file.";
  }
  return {};
}

/// The picker "order: colour", shared by the Gram views. Absent where there is nothing to order by.
void draw_order_picker(ViewHeader& header, Observatory& observatory, const Task& task) {
  const auto allowed = groupings(task);
  if (allowed.size() < 2) return;
  std::vector<Option> options;
  for (const auto& grouping : allowed)
    options.push_back({grouping_key(task, grouping), grouping_label(task, grouping),
                       order_summary(task, grouping)});
  const auto current = std::find(allowed.begin(), allowed.end(), fitting(task, observatory.view.order));
  const auto picked =
      header.picker("order", "order", options, static_cast<int>(current - allowed.begin()));
  if (picked) observatory.view.order = allowed[static_cast<std::size_t>(*picked)];
}

std::optional<GramCell> cell_of(const GramOrder& order, std::optional<Index> a, std::optional<Index> b) {
  if (!a) return std::nullopt;
  const Index second = b.value_or(*a);
  const auto count = static_cast<Index>(order.position.size());
  if (*a < 0 || *a >= count || second < 0 || second >= count) return std::nullopt;
  return GramCell{order.position[static_cast<std::size_t>(*a)],
                  order.position[static_cast<std::size_t>(second)]};
}

/// A Gram matrix over contexts: hover and selection are the shared ones.
class ContextGram {
 public:
  void draw(Observatory& observatory, const Rect& body, const MatrixF& values,
            const std::shared_ptr<const Task>& task, std::string_view key) {
    const GramOrder& order = order_.of(task, observatory.view.order);
    Selection& selection = observatory.view.selection;
    const auto pointed =
        panel_.draw(observatory, body,
                    {values, order, key, cell_of(order, selection.context_a, selection.context_b),
                     cell_of(order, selection.hovered_a, selection.hovered_b)});
    if (!pointed.cell) {
      hover_.set(selection, std::nullopt, std::nullopt);
      return;
    }
    const Index a = order.order[static_cast<std::size_t>(pointed.cell->row)];
    const Index b = order.order[static_cast<std::size_t>(pointed.cell->column)];
    hover_.set(selection, a, b);
    if (pointed.is_clicked) select_pair(selection, a, b);
    draw_pair_card(observatory, a, b, false);
  }

  void leave(Observatory& observatory) { hover_.set(observatory.view.selection, std::nullopt, std::nullopt); }

 private:
  GramPanel panel_;
  KeptOrder order_{order_contexts};
  SharedHover hover_;
};

class ContextGramView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("gram_h");
    ViewHeader header(rect, "gram_h");
    const Snapshot* snapshot = observatory.snapshot();
    draw_order_picker(header, observatory, snapshot != nullptr ? snapshot->task() : observatory.task());
    header.layer_picker(observatory);
    header.title("Contexts " + shown_layer(snapshot), {"cosine Gram, centred", "cosine Gram", "cosines"});
    if (snapshot == nullptr) {
      gram_.leave(observatory);
      return draw_placeholder(header.body(), "waiting for the first step", "gram_h");
    }
    gram_.draw(observatory, header.body(), snapshot->gram_h, snapshot->embeddings->task, "gram_h");
  }

 private:
  ContextGram gram_;
};

class TargetView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("target");
    ViewHeader header(rect, "target");
    const TargetKind kind = draw_target_picker(header, observatory);
    header.title("Target", {subtitle(kind)});
    const MatrixF* values = choose(observatory, kind);
    if (values == nullptr || values->size() == 0) {
      gram_.leave(observatory);
      return draw_placeholder(header.body(), "waiting for the first step", "target");
    }
    gram_.draw(observatory, header.body(), *values, observatory.shared_task(), "target");
  }

 private:
  static std::string_view subtitle(TargetKind kind) {
    switch (kind) {
      case TargetKind::semantic:
        return "what the factors alone would give";
      case TargetKind::symmetric:
        return "all contexts equally far apart";
      case TargetKind::difference_semantic:
        return "H now minus the semantic target";
      case TargetKind::difference_symmetric:
        return "H now minus the symmetric target";
    }
    return {};
  }

  static TargetKind draw_target_picker(ViewHeader& header, Observatory& observatory) {
    // Without factors there is no semantic target: its symmetric sibling is shown instead.
    const bool has_semantic = observatory.targets().semantic.size() > 0;
    const bool is_difference = observatory.view.target == TargetKind::difference_semantic ||
                               observatory.view.target == TargetKind::difference_symmetric;
    TargetKind kind = observatory.view.target;
    if (!has_semantic) kind = is_difference ? TargetKind::difference_symmetric : TargetKind::symmetric;
    const std::string reason = has_semantic ? "" : "this task has no latent factors";
    const std::vector<Option> options{
        {"semantic", "semantic", "The cosines if contexts knew their factors and no more.", {}, reason},
        {"symmetric", "symmetric", "The cosines if all contexts were equally far apart."},
        {"difference_semantic", "H − semantic",
         "What H has now beyond the semantic target, and what it lacks.", {}, reason},
        {"difference_symmetric", "H − symmetric", "How H still differs from complete collapse."}};
    const auto picked = header.picker("kind", "", options, static_cast<int>(kind));
    if (!picked) return kind;
    observatory.view.target = static_cast<TargetKind>(*picked);
    return observatory.view.target;
  }

  const MatrixF* choose(const Observatory& observatory, TargetKind kind) {
    const bool is_symmetric = kind == TargetKind::symmetric || kind == TargetKind::difference_symmetric;
    const MatrixF& target = is_symmetric ? observatory.targets().symmetric : observatory.targets().semantic;
    if (kind == TargetKind::semantic || kind == TargetKind::symmetric) return &target;
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr || snapshot->gram_h.rows() != target.rows()) return nullptr;
    // Large matrices take longer to subtract than to draw: once for every snapshot.
    if (snapshot->embeddings != of_ || kind != difference_kind_ || snapshot->layer != of_layer_)
      difference_ = snapshot->gram_h - target;
    of_ = snapshot->embeddings;
    of_layer_ = snapshot->layer;
    difference_kind_ = kind;
    return &difference_;
  }

  ContextGram gram_;
  MatrixF difference_;
  std::shared_ptr<const Embeddings> of_;  ///< what the difference was taken of
  int of_layer_ = -1;
  TargetKind difference_kind_ = TargetKind::difference_semantic;
};

class WordGramView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("gram_w");
    ViewHeader header(rect, "gram_w");
    const Snapshot* snapshot = observatory.snapshot();
    const Task& task = snapshot != nullptr ? snapshot->task() : observatory.task();
    const bool is_paired = task.has_one_context_per_label();
    if (is_paired) draw_order_picker(header, observatory, task);
    header.title("Words W", {"cosine Gram, centred", "cosine Gram", "cosines"});
    Selection& selection = observatory.view.selection;
    if (snapshot == nullptr) {
      hover_.set(selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), "waiting for the first step", "gram_w");
    }
    const GramOrder& order = order_.of(snapshot->embeddings->task, observatory.view.order);
    const auto cell = [&](std::optional<Index> a, std::optional<Index> b) {
      return cell_of(order, word_of(task, a), word_of(task, b));
    };
    const GramPanel::Content content{
        snapshot->gram_w, order, "gram_w",
        is_paired ? cell(selection.context_a, selection.context_b) : std::nullopt,
        is_paired ? cell(selection.hovered_a, selection.hovered_b) : own_hover_};
    const auto pointed = panel_.draw(observatory, header.body(), content);
    own_hover_ = pointed.cell;
    if (!pointed.cell) return hover_.set(selection, std::nullopt, std::nullopt);
    const Index a = order.order[static_cast<std::size_t>(pointed.cell->row)];
    const Index b = order.order[static_cast<std::size_t>(pointed.cell->column)];
    if (!is_paired) {
      hover_.set(selection, std::nullopt, std::nullopt);
      return draw_word_card(*snapshot, a, b);
    }
    const auto contexts = context_of_word(task);
    const Index first = contexts[static_cast<std::size_t>(a)];
    const Index second = contexts[static_cast<std::size_t>(b)];
    hover_.set(selection, first, second);
    if (pointed.is_clicked) select_pair(selection, first, second);
    draw_pair_card(observatory, first, second, true);
  }

 private:
  static std::optional<Index> word_of(const Task& task, std::optional<Index> context) {
    if (!context || *context < 0 || *context >= static_cast<Index>(task.labels.size())) return std::nullopt;
    return task.labels[static_cast<std::size_t>(*context)];
  }

  GramPanel panel_;
  KeptOrder order_{order_words};
  SharedHover hover_;
  std::optional<GramCell> own_hover_;
};

}  // namespace

std::unique_ptr<View> make_context_gram_view() { return std::make_unique<ContextGramView>(); }
std::unique_ptr<View> make_target_view() { return std::make_unique<TargetView>(); }
std::unique_ptr<View> make_word_gram_view() { return std::make_unique<WordGramView>(); }

}  // namespace gramscope::app
