#include <array>

#include "app/ui/widgets.h"
#include "app/views/context_gram.h"
#include "app/views/picture_views.h"
#include "app/views/theory_reading.h"

namespace gramscope::app {
namespace {

constexpr std::array kKinds{TargetKind::semantic, TargetKind::symmetric, TargetKind::proxy, TargetKind::max_margin};

/// What the Gram of the contexts is compared with, or how it still differs from it.
class TargetView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope("target");
    ViewHeader header(rect, "target");
    header.expect("Target");
    draw_pickers(header, observatory);
    const TargetKind kind = fitting_target(observatory.task(), observatory.view.target);
    const std::string text = subtitle(observatory, kind);
    header.title("Target", {text, shortened(observatory, kind)});
    if (kind == TargetKind::max_margin && observatory.max_margin() == nullptr) {
      gram_.leave(observatory);
      return draw_max_margin_placeholder(observatory, header.body(), "target");
    }
    const MatrixF* values = choose(observatory, kind);
    if (values == nullptr || values->size() == 0) {
      gram_.leave(observatory);
      return draw_placeholder(header.body(), reason(observatory, kind), "target");
    }
    gram_.draw(observatory, header.body(), *values, observatory.shared_task(), "target");
  }

 private:
  static std::string reason(const Observatory& observatory, TargetKind kind) {
    const bool is_proxy_missing = kind == TargetKind::proxy && !observatory.task().has_targets();
    return is_proxy_missing ? "The files have no array “labels”: what follows the rows is not known."
                            : "waiting for the first step";
  }

  static void draw_pickers(ViewHeader& header, Observatory& observatory) {
    const bool is_recording = observatory.is_recording();
    const std::string no_factors = !observatory.task().factors.empty() ? ""
                                   : is_recording                      ? "the files have no factors"
                                                                       : "this task has no latent factors";
    const std::string no_labels = observatory.task().has_targets() ? "" : "the files have no labels";
    const bool has_no_limit = is_recording && observatory.max_margin() == nullptr;
    const std::string no_limit = has_no_limit ? max_margin_standing(observatory).text : "";
    const std::vector<Option> options{
        {"semantic", "semantic", "The cosines if contexts knew their factors and no more.", {}, no_factors},
        {"symmetric", "symmetric", "The cosines if all contexts were equally far apart."},
        {"proxy", "proxy S~", "What the sets of next words say at once: the supports, centred.", {}, no_labels},
        {"max_margin", "theory L_mm", "The max-margin logits: where the geometry goes as the ridge vanishes.", {},
         no_limit}};
    const int current = static_cast<int>(fitting_target(observatory.task(), observatory.view.target));
    if (const auto picked = header.picker("kind", "", options, current))
      observatory.view.target = kKinds[static_cast<std::size_t>(*picked)];
    if (header.tick("difference", "H −", observatory.view.is_difference))
      observatory.view.is_difference = !observatory.view.is_difference;
  }

  static std::string subtitle(const Observatory& observatory, TargetKind kind) {
    const bool is_difference = observatory.view.is_difference;
    switch (kind) {
      case TargetKind::semantic:
        return is_difference ? "H now minus the semantic target" : "what the factors alone would give";
      case TargetKind::symmetric:
        return is_difference ? "H now minus the symmetric target" : "all contexts equally far apart";
      case TargetKind::proxy:
        if (is_difference) return "H now minus the proxy";
        return is_proxy_symmetric(observatory.task()) ? "one next word each: the symmetric target"
                                                      : "what the sets of next words say";
      case TargetKind::max_margin:
        if (observatory.max_margin() == nullptr) return "where the ridge's end leads";
        return (is_difference ? "H now minus L_mm, " : "the widest margin, ") + proof_text(*observatory.max_margin());
    }
    return {};
  }

  static std::string shortened(const Observatory& observatory, TargetKind kind) {
    if (observatory.view.is_difference) return "H now minus it";
    if (kind == TargetKind::proxy && is_proxy_symmetric(observatory.task())) return "is symmetric here";
    if (kind == TargetKind::max_margin && observatory.max_margin() != nullptr) return proof_text(*observatory.max_margin());
    return "of the task alone";
  }

  const MatrixF* choose(const Observatory& observatory, TargetKind kind) {
    const MatrixF& target = observatory.targets().of(kind);
    if (!observatory.view.is_difference) return &target;
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr || snapshot->gram_h.rows() != target.rows() || !observatory.is_arranged(*snapshot)) return nullptr;
    // Large matrices take longer to subtract than to draw: once for every snapshot.
    if (snapshot->embeddings != of_ || kind != difference_kind_ || snapshot->layer != of_layer_ || snapshot->order != of_order_)
      difference_ = snapshot->gram_h - target;
    of_ = snapshot->embeddings;
    of_layer_ = snapshot->layer;
    of_order_ = snapshot->order;
    difference_kind_ = kind;
    return &difference_;
  }

  ContextGram gram_;
  MatrixF difference_;
  std::shared_ptr<const Embeddings> of_;  ///< what the difference was taken of
  int of_layer_ = -1;
  BlockOrder of_order_;
  TargetKind difference_kind_ = TargetKind::semantic;
};

}  // namespace

std::unique_ptr<View> make_target_view() { return std::make_unique<TargetView>(); }

}  // namespace gramscope::app
