#include "app/views/context_gram.h"
#include "app/views/picture_views.h"

namespace gramscope::app {
namespace {

class ContextGramView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("gram_h");
    ViewHeader header(rect, "gram_h");
    const Snapshot* snapshot = observatory.snapshot();
    header.expect("Contexts " + shown_layer(snapshot), {shown_layer_option(observatory)});
    draw_order_picker(header, snapshot != nullptr ? snapshot->task() : observatory.task(), observatory.view.order);
    header.layer_picker(observatory);
    header.title("Contexts " + shown_layer(snapshot), {"cosine Gram, centred", "cosine Gram", "cosines"});
    if (snapshot == nullptr) {
      gram_.leave(observatory);
      return draw_placeholder(header.body(), "waiting for the first step", "gram_h");
    }
    if (!observatory.is_arranged(*snapshot)) {
      gram_.leave(observatory);
      return draw_placeholder(header.body(), "putting the rows in order", "gram_h");
    }
    gram_.draw(observatory, header.body(), snapshot->gram_h, snapshot->embeddings->task, "gram_h", true);
  }

 private:
  ContextGram gram_;
};

class WordGramView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("gram_w");
    ViewHeader header(rect, "gram_w");
    const Snapshot* snapshot = observatory.snapshot();
    const Task& task = snapshot != nullptr ? snapshot->task() : observatory.task();
    const bool is_paired = pairs_words_with_contexts(task);
    header.expect("Words W");
    if (is_paired) draw_order_picker(header, task, observatory.view.order);
    header.title("Words W", {"cosine Gram, centred", "cosine Gram", "cosines"});
    Selection& selection = observatory.view.selection;
    if (snapshot == nullptr) {
      hover_.set(selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), "waiting for the first step", "gram_w");
    }
    if (snapshot->gram_w.size() == 0) {
      hover_.set(selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), "The files have no array “W” (K × d, a row per class or word).", "gram_w");
    }
    const GramOrder& order = order_.of(snapshot->embeddings->task, observatory.view.order);
    const auto cell = [&](std::optional<Index> a, std::optional<Index> b) {
      return cell_of(order, paired_word(task, a), paired_word(task, b));
    };
    const GramPanel::Content content{
        snapshot->gram_w, order, "gram_w",
        is_paired ? cell(selection.context_a, selection.context_b) : std::nullopt,
        is_paired ? cell(selection.hovered_a, selection.hovered_b) : own_hover_,
        is_paired ? observatory.view.context_zoom : observatory.view.word_zoom};
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
  GramPanel panel_;
  KeptOrder order_{order_words};
  SharedHover hover_;
  std::optional<GramCell> own_hover_;
};

}  // namespace

std::unique_ptr<View> make_context_gram_view() { return std::make_unique<ContextGramView>(); }
std::unique_ptr<View> make_word_gram_view() { return std::make_unique<WordGramView>(); }

}  // namespace gramscope::app
