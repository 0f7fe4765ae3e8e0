#include "app/views/view.h"

#include <array>

#include "app/views/picture_views.h"
#include "app/views/side_views.h"

namespace gramscope::app {

std::span<const ViewEntry> view_entries() {
  static const std::array<ViewEntry, 18> entries{{
      {"gram_h", "Contexts H", "Cosines between all pairs of context embeddings, as they are now.",
       make_context_gram_view, true},
      {"target", "Target", "The cosines that the factors, perfect symmetry or the theory would give.",
       make_target_view, true},
      {"gram_w", "Words W", "Cosines between all pairs of word embeddings, as they are now.",
       make_word_gram_view, true},
      {"pca", "PCA of H", "The context embeddings in their principal three-dimensional subspace.",
       make_projection_view, true},
      {"layers", "Layers", "Where in a network structure lives, and where it collapses first.", make_layers_view,
       true},
      {"attention", "Attention", "Where each position of a context looks, in every head of a transformer.",
       make_attention_view, true},
      {"nearest", "Nearest contexts", "Which contexts are closest, and which words can follow both.",
       make_nearest_view, true},
      {"neighbours", "Neighbours", "The contexts closest to the selected one, or farthest from it, and what they share.",
       make_neighbours_view, true},
      {"histogram", "Cosines of pairs", "How often each cosine occurs, pairs with something in common told apart.",
       make_histogram_view, true},
      {"classes", "Labels", "Label by label: lengths, alignment, variance, nearest class and accuracy; sortable, copyable.",
       make_class_view, true},
      {"theory", "Theory beside practice",
       "The cosines of this run, of free features, of the max-margin theory and of its proxy, side by side.",
       make_theory_view, true},
      {"logits", "Logits", "What follows each context, the logits, and the parts of them that the theory predicts.",
       make_logits_view, true},
      {"agreement", "Agreement with theory", "How a run comes to agree with what the theory says of vanishing ridge.",
       make_agreement_view, true},
      {"modes", "Modes", "The directions of the logits in the order in which they are learned.", make_modes_view, true},
      {"metrics", "Geometry", "What is measured at this moment, each with its recent course.",
       make_metric_view},
      {"spectrum", "Spectrum of H",
       "The singular values of H: directions shared by attributes, and private ones.", make_spectrum_view, true},
      {"contrasts", "Factor contrast", "How much closer contexts are that share a factor's value.",
       make_contrast_view},
      {"timeline", "Timeline", "The run so far on a logarithmic axis of steps.", make_timeline_view},
  }};
  return entries;
}

const ViewEntry* find_view_entry(std::string_view key) {
  for (const auto& entry : view_entries())
    if (entry.key == key) return &entry;
  return nullptr;
}

}  // namespace gramscope::app
