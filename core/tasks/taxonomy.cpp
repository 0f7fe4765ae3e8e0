#include "core/tasks/taxonomy.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "core/tasks/context_limit.h"
#include "core/tasks/one_hot.h"
#include "core/tasks/word_lines.h"

namespace gramscope {

namespace {

constexpr int kLeastBranches = 2;
constexpr const char* kRoot = "everything";
constexpr std::array<const char*, kMostTaxonomyLevels> kLevelNames{"domain", "family", "kind", "variety", "strain"};

std::string branch_key(int level) { return "task.branch_" + std::to_string(level + 1); }

/// A node's children in the order of its line, and theirs.
NameTree grown(const std::string& name, const std::map<std::string, const WordLine*>& line_of) {
  NameTree tree{name, {}};
  if (const auto found = line_of.find(name); found != line_of.end())
    for (const auto& child : found->second->words) tree.children.push_back(grown(child, line_of));
  return tree;
}

std::size_t depth_of(const NameTree& tree) {
  return tree.children.empty() ? 0 : 1 + depth_of(tree.children.front());
}

/// The first node whose children are not all of one depth; nullptr if there is none.
const NameTree* uneven_node(const NameTree& tree) {
  for (const auto& child : tree.children) {
    if (const auto* uneven = uneven_node(child)) return uneven;
    if (depth_of(child) != depth_of(tree.children.front())) return &tree;
  }
  return nullptr;
}

const NameTree& names() {
  static const NameTree tree = parse_name_tree(embedded_word_list("taxonomy.txt"), "taxonomy.txt");
  return tree;
}

/// The name of child number `i`: from the tree while it reaches, then by letter and by number.
std::string child_name(const NameTree* node, const std::string& parent, int level, int i) {
  if (node != nullptr && !node->children.empty()) return node->children[static_cast<std::size_t>(i)].name;
  return level + 1 < kMostTaxonomyLevels ? parent + '-' + static_cast<char>('a' + i) : parent + std::to_string(i + 1);
}

/// A path from the root, and for each level the number of its node among the nodes of that level.
struct Path {
  const NameTree* node = nullptr;  ///< where the path ends, if the tree has it
  std::vector<std::string> names;
  std::vector<int> nodes;
};

/// All paths one level longer, in order.
std::vector<Path> extended(const std::vector<Path>& paths, int level, int branches) {
  std::vector<Path> longer;
  for (const auto& path : paths) {
    for (int i = 0; i < branches; ++i) {
      Path child = path;
      child.names.push_back(child_name(path.node, path.names.empty() ? "" : path.names.back(), level, i));
      child.nodes.push_back(static_cast<int>(longer.size()));
      const bool is_named = path.node != nullptr && !path.node->children.empty();
      child.node = is_named ? &path.node->children[static_cast<std::size_t>(i)] : nullptr;
      longer.push_back(std::move(child));
    }
  }
  return longer;
}

std::vector<int> branching_of(const Config& config) {
  std::vector<int> branching;
  for (int level = 0; level < config.integer("task.levels"); ++level)
    branching.push_back(static_cast<int>(config.integer(branch_key(level))));
  return branching;
}

Index count_leaves(std::span<const int> branching) {
  return std::accumulate(branching.begin(), branching.end(), Index{1}, [](Index count, int b) { return count * b; });
}

std::optional<std::string> check_taxonomy_size(const Config& config) {
  const auto branching = branching_of(config);
  const Index count = count_leaves(branching);
  if (count <= kMostContexts) return std::nullopt;
  std::string product;
  for (const int branches : branching) product += (product.empty() ? "" : " x ") + std::to_string(branches);
  return "task.levels = " + std::to_string(branching.size()) + ": " + product + " = " + std::to_string(count) +
         " contexts are more than " + std::to_string(kMostContexts) + "; use fewer levels or lower task.branch_1 to " +
         branch_key(static_cast<int>(branching.size()) - 1);
}

/// Takes branches off the widest levels, the deepest of them first, but for the one that was asked for.
void reconcile_taxonomy_size(Config& config, std::string_view changed) {
  while (check_taxonomy_size(config)) {
    std::string widest;
    for (int level = 0; level < config.integer("task.levels"); ++level)
      if (const auto key = branch_key(level);
          key != changed && (widest.empty() || config.integer(key) >= config.integer(widest)))
        widest = key;
    if (widest.empty() || config.integer(widest) <= kLeastBranches) return;
    config.set(widest, config.integer(widest) - 1);
  }
}

}  // namespace

NameTree parse_name_tree(std::string_view text, const std::string& file) {
  const auto lines = parse_word_lines(text, file);
  std::map<std::string, const WordLine*> line_of;
  std::map<std::string, int> named_in{{kRoot, 0}};
  for (const auto& line : lines) {
    const auto& node = line.key.front();
    if (line.key.size() != 1) fail_at(file, line.number, "a node is one word");
    if (!named_in.contains(node)) fail_at(file, line.number, node + ": not the child of a line above, nor " + kRoot);
    if (static_cast<int>(line.words.size()) < kMostBranches)
      fail_at(file, line.number, node + ": " + std::to_string(line.words.size()) + " children are fewer than " +
                                     std::to_string(kMostBranches));
    for (const auto& child : line.words)
      if (const auto [found, is_new] = named_in.emplace(child, line.number); !is_new)
        fail_at(file, line.number, child + ": already in line " + std::to_string(found->second));
    line_of[node] = &line;
  }
  NameTree tree = grown(kRoot, line_of);
  if (tree.children.empty()) fail_at(file, 1, std::string("no line \"") + kRoot + ": ...\"");
  if (const auto* uneven = uneven_node(tree))
    fail_at(file, line_of.at(uneven->name)->number, uneven->name + ": some children have children, others have none");
  return tree;
}

std::shared_ptr<const Task> make_taxonomy(std::span<const int> branching, const Imbalance& imbalance) {
  std::vector<Path> paths{{&names(), {}, {}}};
  auto task = std::make_shared<Task>();
  std::vector<int> first_token;
  for (std::size_t level = 0; level < branching.size(); ++level) {
    paths = extended(paths, static_cast<int>(level), branching[level]);
    first_token.push_back(static_cast<int>(task->token_names.size()));
    Factor factor{kLevelNames[level], {}, {}};
    for (const auto& path : paths) factor.value_names.push_back(path.names.back());
    task->token_names.insert(task->token_names.end(), factor.value_names.begin(), factor.value_names.end());
    task->factors.push_back(std::move(factor));
  }

  task->kind = "taxonomy";
  task->contexts = task->words = static_cast<Index>(paths.size());
  std::vector<Index> label_of;
  std::vector<int> class_of;
  for (std::size_t j = 0; j < paths.size(); ++j) {
    std::string name;
    std::vector<int> tokens;
    for (std::size_t level = 0; level < branching.size(); ++level) {
      name += (level == 0 ? "" : " ") + paths[j].names[level];
      tokens.push_back(first_token[level] + paths[j].nodes[level]);
      task->factors[level].value.push_back(paths[j].nodes[level]);
    }
    task->context_names.push_back(std::move(name));
    task->word_names.push_back(paths[j].names.back());
    task->tokens.push_back(std::move(tokens));
    label_of.push_back(static_cast<Index>(j));
    class_of.push_back(static_cast<int>(j));
  }
  task->targets = one_hot_columns(label_of);
  task->weight = context_weights(class_of, imbalance);
  task->semantic_kernel = shared_value_kernel(task->factors, task->contexts);
  complete(*task);
  return task;
}

TaskEntry taxonomy_entry() {
  TaskEntry entry;
  entry.key = "taxonomy";
  entry.label = "Taxonomy";
  entry.summary = "The leaves of a tree are contexts with labels of their own: animal bird sparrow.";
  entry.source = "SBC (arXiv 2606.26749); task sizes and names are this program's own";
  entry.parameters = {integer_parameter("task.levels", "Levels", "", 3, 1, kMostTaxonomyLevels, Scale::linear,
                                        Effect::restart, "Depth of the tree; its leaves are the contexts, at most 1,024.")};
  for (int level = 0; level < kMostTaxonomyLevels; ++level)
    entry.parameters.push_back(only_above(integer_parameter(
        branch_key(level), "Branches " + std::to_string(level + 1), "", 3, kLeastBranches, kMostBranches, Scale::linear,
        Effect::restart,
        level == 0 ? "Nodes of the first level (" + std::string(kLevelNames[0]) + ")."
                   : "Children of every node of level " + std::to_string(level) + ": how many values " +
                         kLevelNames[static_cast<std::size_t>(level)] + " has within each " +
                         kLevelNames[static_cast<std::size_t>(level) - 1] + "."),
        "task.levels", level));
  for (auto& parameter : imbalance_parameters()) entry.parameters.push_back(std::move(parameter));
  entry.traits = [](const Config& config) {
    TaskTraits traits;
    traits.has_several_factors = config.integer("task.levels") > 1;
    return traits;
  };
  entry.make = [](const Config& config, const TaskWork&) {
    return make_taxonomy(branching_of(config), imbalance_of(config));
  };
  entry.check = check_taxonomy_size;
  entry.reconcile = reconcile_taxonomy_size;
  return entry;
}

}  // namespace gramscope
