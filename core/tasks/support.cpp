#include "core/tasks/support.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/random/philox.h"

namespace gramscope {

namespace {

// Streams of task.seed.
constexpr std::uint64_t kSupportStream = 1;
constexpr std::uint64_t kProbabilityStream = 2;

constexpr std::size_t kMostNamedWords = 6;

/// How the words of a support are taken.
struct Plan {
  int supports = 0;
  int size = 0;
  int common = 0;  ///< words of every support that are drawn from the pool
  int pool = 0;    ///< words 0 ... pool-1 of a random order
  int rest = 0;    ///< the others
};

Plan plan_of(const SupportShape& shape) {
  Plan plan;
  plan.supports = (shape.contexts + shape.contexts_per_support - 1) / shape.contexts_per_support;
  plan.size = shape.support_size;
  plan.common = static_cast<int>(std::lround(shape.overlap * shape.support_size));
  plan.pool = plan.common == 0 ? 0 : std::min(2 * plan.size, shape.vocabulary - (plan.size - plan.common));
  plan.rest = shape.vocabulary - plan.pool;
  return plan;
}

/// n over k, or `enough` if it is more than that.
double choices(int n, int k, double enough) {
  double count = 1.0;
  for (int i = 1; i <= k && count <= enough; ++i) count = count * (n - k + i) / i;
  return std::min(std::round(count), enough);
}

/// How many distinct supports there are, or `enough` if more. (n over k grows with every factor taken as k <= n.)
double distinct_supports(const Plan& plan, double enough) {
  const auto symmetric = [](int n, int k) { return std::min(k, n - k); };
  return std::min(enough, choices(plan.pool, symmetric(plan.pool, plan.common), enough) *
                              choices(plan.rest, symmetric(plan.rest, plan.size - plan.common), enough));
}

std::optional<std::string> problem_with(const SupportShape& shape) {
  if (shape.support_size > shape.vocabulary)
    return "task.support_size = " + std::to_string(shape.support_size) + ": the vocabulary has " +
           std::to_string(shape.vocabulary) + " words (task.vocabulary)";
  const Plan plan = plan_of(shape);
  const double distinct = distinct_supports(plan, plan.supports);
  if (distinct >= plan.supports) return std::nullopt;
  return "task.contexts_per_support = " + std::to_string(shape.contexts_per_support) + ": " +
         std::to_string(shape.contexts) + " contexts need " + std::to_string(plan.supports) +
         " supports, but these numbers of words give only " + std::to_string(static_cast<int>(distinct)) +
         " different ones; raise task.vocabulary or task.contexts_per_support, or lower task.overlap";
}

/// Deals words so that every one is dealt once before any is dealt again, as long as none are put back.
class Deck {
 public:
  Deck(std::vector<Index> words, Random& random) : words_(std::move(words)), random_(random) {}

  /// A word that is not in `held`, of which there must be one.
  Index deal(const std::set<Index>& held) {
    const auto is_free = [&](Index word) { return !held.contains(word); };
    auto found = std::find_if(waiting_.begin(), waiting_.end(), is_free);
    if (found == waiting_.end()) {
      std::vector<Index> fresh = words_;
      shuffle(std::span(fresh), random_);
      waiting_.insert(waiting_.end(), fresh.begin(), fresh.end());
      found = std::find_if(waiting_.begin(), waiting_.end(), is_free);
    }
    const Index word = *found;
    waiting_.erase(found);
    return word;
  }

  /// Takes words back and shuffles them among enough others that another deal can come out otherwise.
  void put_back(const std::vector<Index>& words) {
    waiting_.insert(waiting_.end(), words.begin(), words.end());
    while (waiting_.size() < 2 * words_.size()) waiting_.insert(waiting_.end(), words_.begin(), words_.end());
    shuffle(std::span(waiting_), random_);
  }

 private:
  std::vector<Index> words_;
  std::vector<Index> waiting_;
  Random& random_;
};

std::vector<std::set<Index>> draw_supports(const SupportShape& shape, const Plan& plan) {
  Random random(shape.seed, kSupportStream);
  std::vector<Index> words(static_cast<std::size_t>(shape.vocabulary));
  std::iota(words.begin(), words.end(), Index{0});
  if (plan.pool > 0) shuffle(std::span(words), random);
  const auto border = words.begin() + plan.pool;
  std::vector<Index> pool(words.begin(), border);
  Deck deck({border, words.end()}, random);

  std::vector<std::set<Index>> supports;
  std::set<std::set<Index>> seen;
  while (static_cast<int>(supports.size()) < plan.supports) {
    std::set<Index> support;
    std::vector<Index> dealt;
    shuffle(std::span(pool), random);
    support.insert(pool.begin(), pool.begin() + plan.common);
    for (int i = plan.common; i < plan.size; ++i) {
      dealt.push_back(deck.deal(support));
      support.insert(dealt.back());
    }
    if (seen.insert(support).second) {
      supports.push_back(std::move(support));
      continue;
    }
    deck.put_back(dealt);
  }
  return supports;
}

/// The probabilities of one context over its support; they sum to 1.
std::vector<double> draw_probabilities(const SupportShape& shape, Random& random) {
  std::vector<double> share(static_cast<std::size_t>(shape.support_size), 1.0);
  if (shape.probabilities == SupportShape::Probabilities::random) {
    for (double& p : share) p = 0.1 + 0.9 * random.uniform();
  } else if (shape.probabilities == SupportShape::Probabilities::zipf) {
    for (std::size_t r = 0; r < share.size(); ++r) share[r] = std::pow(static_cast<double>(r + 1), -shape.zipf);
    shuffle(std::span(share), random);
  }
  const double sum = std::accumulate(share.begin(), share.end(), 0.0);
  for (double& p : share) p /= sum;
  return share;
}

/// "w3 w7 w12", or its beginning.
std::string name_of(const std::set<Index>& support) {
  std::string name;
  std::size_t said = 0;
  for (const Index word : support) {
    if (said == kMostNamedWords && support.size() > kMostNamedWords) return name + " ...";
    name += (said++ == 0 ? "w" : " w") + std::to_string(word + 1);
  }
  return name;
}

/// Numbers that say what the draw came to.
std::vector<TaskFact> facts_of(const std::vector<std::set<Index>>& supports) {
  std::set<Index> used;
  for (const auto& support : supports) used.insert(support.begin(), support.end());
  double shared = 0.0;
  for (std::size_t a = 0; a < supports.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      shared += static_cast<double>(
          std::count_if(supports[a].begin(), supports[a].end(), [&](Index w) { return supports[b].contains(w); }));
  const auto n = static_cast<double>(supports.size());
  const double pairs = 0.5 * n * (n - 1.0);
  const auto size = static_cast<double>(supports.front().size());
  return {{"supports", "Different supports", n},
          {"words_in_use", "Words that can follow", static_cast<double>(used.size())},
          {"shared_share", "Share of its words that a support has in common with another",
           pairs > 0.0 ? shared / pairs / size : 0.0}};
}

SupportShape shape_of(const Config& config) {
  const auto& kind = config.text("task.probabilities");
  return {.vocabulary = static_cast<int>(config.integer("task.vocabulary")),
          .contexts = static_cast<int>(config.integer("task.contexts")),
          .support_size = static_cast<int>(config.integer("task.support_size")),
          .contexts_per_support = static_cast<int>(config.integer("task.contexts_per_support")),
          .overlap = config.real("task.overlap"),
          .probabilities = kind == "zipf"     ? SupportShape::Probabilities::zipf
                           : kind == "random" ? SupportShape::Probabilities::random
                                              : SupportShape::Probabilities::uniform,
          .zipf = config.real_or("task.zipf", 1.0),
          .seed = static_cast<std::uint64_t>(config.integer("task.seed")),
          .imbalance = imbalance_of(config)};
}

/// The support is made to fit the vocabulary, or the vocabulary to hold it; then supports are shared by more contexts.
void reconcile_sizes(Config& config, std::string_view changed) {
  if (config.integer("task.support_size") > config.integer("task.vocabulary")) {
    if (changed == "task.support_size")
      config.set("task.vocabulary", config.integer("task.support_size"));
    else
      config.set("task.support_size", config.integer("task.vocabulary"));
  }
  const char* const key = "task.contexts_per_support";
  while (problem_with(shape_of(config))) {
    if (changed != key)
      config.set(key, config.integer(key) + 1);
    else if (config.integer("task.contexts") > 1)
      config.set("task.contexts", config.integer("task.contexts") - 1);
    else
      return;
  }
}

std::vector<Parameter> parameters() {
  return {
      with_slider(integer_parameter("task.vocabulary", "Vocabulary", "V", 24, 2, 1024, Scale::log, Effect::restart,
                                    "Words that can follow."),
                  2, 256),
      with_slider(integer_parameter("task.contexts", "Contexts", "m", 48, 1, 1024, Scale::log, Effect::restart,
                                    "Contexts that words can follow."),
                  2, 256),
      with_slider(integer_parameter("task.support_size", "Support size", "s", 4, 1, 1024, Scale::log, Effect::restart,
                                    "Words that can follow each context; 1 gives one-hot labels."),
                  1, 32),
      with_slider(integer_parameter("task.contexts_per_support", "Contexts per support", "", 3, 1, 1024, Scale::log,
                                    Effect::restart,
                                    "Contexts with the same support; from 2 on, the support is a factor to colour by."),
                  1, 32),
      real_parameter("task.overlap", "Overlap", "", 0.0, 0.0, 1.0, Scale::linear, Effect::restart,
                     "Share of each support drawn from a pool of 2s words common to all; the rest is dealt as disjoint "
                     "as can be."),
      choice_parameter("task.probabilities", "Probabilities", "random",
                       {{"uniform", "Uniform", "all words of a support are equally likely"},
                        {"random", "Random", "drawn for each context, at most ten times apart"},
                        {"zipf", "Zipf", "proportional to r^-a, the ranks r drawn for each context"}},
                       Effect::restart, "How likely the words of a support are."),
      only_with(real_parameter("task.zipf", "Word exponent", "a", 1.0, 0.0, 4.0, Scale::linear, Effect::restart,
                     "The word of rank r has probability proportional to r^-a; 0 is uniform."),
                "task.probabilities", "zipf"),
      with_slider(integer_parameter("task.seed", "Task seed", "", 0, 0, 4'294'967'295, Scale::linear, Effect::restart,
                                    "Names the draw of the task; the run's own seed changes weights only."),
                  0, 99),
  };
}

}  // namespace

std::shared_ptr<const Task> make_support(const SupportShape& shape) {
  if (const auto problem = problem_with(shape)) throw UsageError(*problem);
  const auto supports = draw_supports(shape, plan_of(shape));
  auto task = std::make_shared<Task>();
  task->kind = "support";
  task->contexts = shape.contexts;
  task->words = shape.vocabulary;
  for (int z = 1; z <= shape.vocabulary; ++z) task->word_names.push_back("w" + std::to_string(z));

  Random random(shape.seed, kProbabilityStream);
  std::vector<int> support_of;
  task->targets.begin.push_back(0);
  for (int j = 0; j < shape.contexts; ++j) {
    support_of.push_back(j / shape.contexts_per_support);
    const auto& support = supports[static_cast<std::size_t>(support_of.back())];
    const auto probabilities = draw_probabilities(shape, random);
    task->targets.word.insert(task->targets.word.end(), support.begin(), support.end());
    task->targets.probability.insert(task->targets.probability.end(), probabilities.begin(), probabilities.end());
    task->targets.begin.push_back(static_cast<Index>(task->targets.word.size()));
    task->context_names.push_back("c" + std::to_string(j + 1) + ": " + name_of(support));
  }
  if (shape.contexts_per_support > 1) {
    Factor factor{"support", {}, support_of};
    for (const auto& support : supports) factor.value_names.push_back(name_of(support));
    task->factors.push_back(std::move(factor));
  }
  task->weight = context_weights(support_of, shape.imbalance);
  task->semantic_kernel = shared_value_kernel(task->factors, task->contexts);
  task->facts = facts_of(supports);
  complete(*task);
  return task;
}

TaskEntry support_entry() {
  TaskEntry entry;
  entry.key = "support";
  entry.label = "Supports";
  entry.summary = "Synthetic contexts that several words can follow, each with its own probabilities.";
  entry.source = "IG sec. 3 (arXiv 2408.15417); the draw is this program's own";
  entry.parameters = parameters();
  for (auto& parameter : imbalance_parameters()) entry.parameters.push_back(std::move(parameter));
  entry.traits = [](const Config& config) {
    TaskTraits traits;
    traits.has_tokens = false;
    traits.has_factors = config.integer("task.contexts_per_support") > 1;
    traits.has_several_factors = false;
    return traits;
  };
  entry.make = [](const Config& config, const TaskWork&) { return make_support(shape_of(config)); };
  entry.check = [](const Config& config) { return problem_with(shape_of(config)); };
  entry.reconcile = reconcile_sizes;
  return entry;
}

}  // namespace gramscope
