#pragma once

#include <memory>

#include "app/views/view.h"

namespace gramscope::app {

// The views of the centre, and the spectrum: pictures of one moment.
std::unique_ptr<View> make_context_gram_view();
std::unique_ptr<View> make_target_view();
std::unique_ptr<View> make_word_gram_view();
std::unique_ptr<View> make_theory_view();
std::unique_ptr<View> make_projection_view();
std::unique_ptr<View> make_spectrum_view();
std::unique_ptr<View> make_layers_view();
std::unique_ptr<View> make_attention_view();
std::unique_ptr<View> make_nearest_view();
std::unique_ptr<View> make_neighbours_view();
std::unique_ptr<View> make_histogram_view();
std::unique_ptr<View> make_class_view();
std::unique_ptr<View> make_logits_view();

// Courses of the theory, which stand in the same places.
std::unique_ptr<View> make_agreement_view();
std::unique_ptr<View> make_modes_view();

}  // namespace gramscope::app
