#include "app/views/gram_panel.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

/// The picker "order: colour", shared by the Gram views. Absent where there is nothing to order by.
void draw_order_picker(ViewHeader& header, Observatory& observatory, const Task& task) {
  if (task.factors.empty()) return;
  const int count = static_cast<int>(task.factors.size());
  const int chosen = observatory.view.order_factor;
  std::vector<Option> options;
  for (const auto& factor : task.factors)
    options.push_back(
        {factor.name, factor.name, "Contexts with the same " + factor.name + " stand together."});
  options.push_back({"as_given", "as given", "The order of the task, the same in every file."});
  const auto picked =
      header.picker("order", "order", options, chosen < 0 || chosen >= count ? count : chosen);
  if (picked) observatory.view.order_factor = *picked == count ? -1 : *picked;
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
  void draw(Observatory& observatory, const Rect& body, const MatrixF& values, const Task& task,
            std::string_view key) {
    const GramOrder order = order_contexts(task, observatory.view.order_factor);
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
  SharedHover hover_;
};

class ContextGramView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("gram_h");
    ViewHeader header(rect, "gram_h");
    const Snapshot* snapshot = observatory.snapshot();
    draw_order_picker(header, observatory, snapshot != nullptr ? snapshot->task() : observatory.task());
    header.title("Contexts H", {"cosine Gram, centred", "cosine Gram", "cosines"});
    if (snapshot == nullptr) {
      gram_.leave(observatory);
      return draw_placeholder(header.body(), "waiting for the first step", "gram_h");
    }
    gram_.draw(observatory, header.body(), snapshot->gram_h, snapshot->task(), "gram_h");
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
    gram_.draw(observatory, header.body(), *values, observatory.task(), "target");
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
    const bool has_semantic = observatory.targets().semantic.size() > 0;
    // Without factors there is no semantic target: its symmetric sibling is shown instead.
    TargetKind kind = observatory.view.target;
    if (!has_semantic && kind == TargetKind::semantic) kind = TargetKind::symmetric;
    if (!has_semantic && kind == TargetKind::difference_semantic) kind = TargetKind::difference_symmetric;
    static const std::vector<std::pair<TargetKind, Option>> kAll{
        {TargetKind::semantic,
         {"semantic", "semantic", "The cosines if contexts knew their factors and no more."}},
        {TargetKind::symmetric,
         {"symmetric", "symmetric", "The cosines if all contexts were equally far apart."}},
        {TargetKind::difference_semantic,
         {"difference_semantic", "H − semantic",
          "What H has now beyond the semantic target, and what it lacks."}},
        {TargetKind::difference_symmetric,
         {"difference_symmetric", "H − symmetric", "How H still differs from complete collapse."}}};
    std::vector<Option> options;
    std::vector<TargetKind> kinds;
    int current = 0;
    for (const auto& [each, option] : kAll) {
      if (!has_semantic && (each == TargetKind::semantic || each == TargetKind::difference_semantic))
        continue;
      if (each == kind) current = static_cast<int>(kinds.size());
      options.push_back(option);
      kinds.push_back(each);
    }
    const auto picked = header.picker("kind", "", options, current);
    if (!picked) return kind;
    observatory.view.target = kinds[static_cast<std::size_t>(*picked)];
    return observatory.view.target;
  }

  const MatrixF* choose(const Observatory& observatory, TargetKind kind) {
    const bool is_symmetric = kind == TargetKind::symmetric || kind == TargetKind::difference_symmetric;
    const MatrixF& target = is_symmetric ? observatory.targets().symmetric : observatory.targets().semantic;
    if (kind == TargetKind::semantic || kind == TargetKind::symmetric) return &target;
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr || snapshot->gram_h.rows() != target.rows()) return nullptr;
    difference_ = snapshot->gram_h - target;
    return &difference_;
  }

  ContextGram gram_;
  MatrixF difference_;
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
    const GramOrder order = order_words(task, observatory.view.order_factor);
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
  SharedHover hover_;
  std::optional<GramCell> own_hover_;
};

}  // namespace

std::unique_ptr<View> make_context_gram_view() { return std::make_unique<ContextGramView>(); }
std::unique_ptr<View> make_target_view() { return std::make_unique<TargetView>(); }
std::unique_ptr<View> make_word_gram_view() { return std::make_unique<WordGramView>(); }

}  // namespace gramscope::app
