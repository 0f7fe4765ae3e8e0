#include "app/views/explanation.h"

#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

float explanation_line_height() { return fonts().body->FontSize + 3.0f * ui_scale(); }

/// "colour, shape or size"
std::string named_factors(const Task& task) {
  std::string text;
  const std::size_t count = std::min<std::size_t>(task.factors.size(), 4);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 == count ? " or " : ", ";
    text += task.factors[i].name;
  }
  return text;
}

/// What is to become equally far apart.
std::string points_of(const Task& task) {
  return task.is_one_hot() && !task.has_one_context_per_label() ? "labels" : "contexts";
}

std::string what_is_told(const Task& task) {
  return task.is_one_hot() ? "which word follows which context" : "how often which word follows which context";
}

/// For tasks whose contexts have too little in common that is known: there is nothing to tell phases by.
std::string explanation_without_phases(Phase phase, const Task& task) {
  if (phase == Phase::collapsed)
    return "Every " + std::string(task.has_one_context_per_label() ? "context" : "label") +
           " is as far from every other, and the predictions are right: the state is as symmetric as it can be.";
  std::string text;
  if (task.is_one_hot())
    text = std::string(task.factors.empty() ? "No latent factors are known of these contexts"
                                            : "With a single factor the labels say all that is known") +
           ", so no phases can be told. ";
  text += "The model learns " + what_is_told(task) + ". ";
  if (task.is_one_hot())
    text += "Watch the blue curve: at 1 all " + points_of(task) + " are equally far apart.";
  else
    text += "Its loss cannot fall below the entropy of the data, so what is shown is the rest. Contexts that the same "
            "words can follow draw together: order the Gram matrix by support. Theory says where all this leads: choose "
            "Theory beside practice from the title of any picture.";
  if (!is_balanced(task)) text += " Frequent contexts are learned first.";
  return text;
}

/// Of snapshots whose training is not known: what the pictures say, and where to look.
std::string explanation_of_recording(const Observatory& observatory) {
  const Task& task = observatory.task();
  const std::string points = task.is_one_hot() ? "class means" : "rows";
  if (!has_phases(observatory)) {
    if (!task.has_targets())
      return std::string("Each cell of the Gram matrix is the cosine of two rows of H, the mean of all subtracted: red where they "
                         "point the same way. ") +
             (task.factors.empty() ? "Labels or factors in the files would say what the rows have in common."
                                   : "Ordered by a factor, rows that share its value make a square.");
    return "Ordered by label, the Gram matrix shows each class as a square. As a network is trained on, the squares turn to "
           "one colour and so does all that lies between them: within a class all rows agree, and the class means are "
           "equally far apart.";
  }
  switch (current_phase(observatory)) {
    case Phase::unformed:
      return "Rows that share an attribute are hardly closer than others. Move the playhead to where the orange curve "
             "rises.";
    case Phase::structure:
      return "Rows that share " + named_factors(task) +
             " point the same way. Where the blue curve overtakes, that is being forgotten.";
    case Phase::collapsing:
      return "All " + points + " are on the way to be equally far apart, and what they had in common fades from the picture.";
    case Phase::collapsed:
      return "All " + points + " are equally far apart: what they had in common is gone.";
  }
  return {};
}

std::string text_of(const Observatory& observatory) {
  const auto& task = observatory.task();
  if (observatory.is_recording()) return explanation_of_recording(observatory);
  const bool is_zero_the_minimum =
      ridge_share_of_limit(observatory.config(), task).value_or(0.0) >= 1.0;
  return explanation(current_phase(observatory), task, rank_bound(observatory), is_zero_the_minimum);
}

}  // namespace

std::string explanation(Phase phase, const Task& task, const std::optional<RankBound>& bound,
                        bool is_zero_the_minimum) {
  if (is_zero_the_minimum)
    return "The ridge is stronger than what the data can hold against it: the objective is smallest where all "
           "embeddings are zero, and training leads there. Lower λ to let the model learn.";
  if (!has_phases(task)) return explanation_without_phases(phase, task);
  const std::string factors = named_factors(task);
  const std::string points = points_of(task);
  switch (phase) {
    case Phase::unformed:
      return "The model knows nothing yet: its directions are random. It will be told only " + what_is_told(task) +
             ". Watch the orange curve rise.";
    case Phase::structure:
      if (bound && !bound->allows_symmetry())
        return "Contexts that share an attribute point the same way, and here this lasts: " +
               std::to_string(bound->dimension) + " directions are too few to hold " + std::to_string(bound->classes) +
               " " + points + " equally far apart.";
      return (task.is_one_hot() ? "No label mentions " : "Nothing the model is told mentions ") + factors +
             ", yet contexts that share them point the same way. Watch the blue curve: when it overtakes, the model "
             "is forgetting.";
    case Phase::collapsing:
      return std::string("The loss was already ") + (task.is_one_hot() ? "small" : "near its floor") +
             ", but training went on: it now pushes all " + points +
             " equally far apart, and what they had in common fades from the picture.";
    case Phase::collapsed:
      return (task.has_one_context_per_label()
                  ? std::string("Every context is as far from every other: the Gram matrix has one colour off its "
                                "diagonal.")
                  : std::string("Every label is as far from every other: between labels the Gram matrix has one "
                                "colour.")) +
             " The predictions are right, what the " + points +
             " had in common is gone. Raise the ridge, or lower d, and it comes back.";
  }
  return {};
}

float explanation_height(const Observatory& observatory, float width) {
  const float scale = ui_scale();
  return fonts().heading->FontSize + 28.0f * scale +
         wrapped_height(fonts().body, width - 24.0f * scale, explanation_line_height(), text_of(observatory));
}

void draw_explanation(const Observatory& observatory, const Rect& rect) {
  const float scale = ui_scale();
  const float left = rect.min.x + 12.0f * scale;
  const float top = rect.min.y + 8.0f * scale;
  const float heading = group_heading({left, top}, "What to see");
  const ImVec2 pos{left, top + heading + 6.0f * scale};
  const float width = rect.width() - 24.0f * scale;
  const float height = draw_wrapped(fonts().body, pos, width, explanation_line_height(),
                                    mixed(palette().text, palette().text_muted, 0.25f), text_of(observatory));
  report_item("text.explanation", pos, {pos.x + width, pos.y + height});
}

}  // namespace gramscope::app
