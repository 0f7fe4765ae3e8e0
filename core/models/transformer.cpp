#include "core/models/transformer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/models/context_chunks.h"
#include "core/models/transformer_block.h"
#include "core/nn/embedding.h"
#include "core/nn/softmax_cross_entropy.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

constexpr Index kLeastWidth = 2;
constexpr Index kMostWidth = 512;
constexpr Index kMostHeads = 16;

// Positions processed together: enough to fill the matrix products, few enough for their activations to stay
// in cache.
constexpr Index kMostColumns = 256;

/// What is wrong with these numbers together; empty if nothing.
std::string shape_problem(Index d, Index heads) {
  if (d % heads == 0) return {};
  std::string divisors;
  for (Index candidate = 1; candidate <= std::min<Index>(d, kMostHeads); ++candidate) {
    if (d % candidate != 0) continue;
    if (!divisors.empty()) divisors += ", ";
    divisors += std::to_string(candidate);
  }
  return "model.heads = " + std::to_string(heads) + " does not divide model.d = " + std::to_string(d) +
         ": heads may be " + divisors;
}

Index vocabulary_of(const Task& task) {
  auto size = static_cast<Index>(task.token_names.size());
  for (const auto& context : task.tokens)
    for (int token : context) size = std::max<Index>(size, token + 1);
  return size;
}

Index longest_of(const Task& task) {
  std::size_t longest = 0;
  for (const auto& context : task.tokens) longest = std::max(longest, context.size());
  return static_cast<Index>(longest);
}

template <class T>
class Transformer final : public Model<T> {
 public:
  Transformer(const TransformerShape& shape, std::shared_ptr<const Task> task, Random random)
      : d_(shape.d),
        task_(std::move(task)),
        chunks_(split_into_chunks(task_->tokens, kMostColumns)),
        tokens_(add("embedding.tokens", d_, vocabulary_of(*task_))),
        positions_(add("embedding.positions", d_, longest_of(*task_))),
        blocks_(make_blocks(shape)),
        norm_(layout_, "norm", d_),
        unembedding_(add("W", task_->words, d_)) {
    draw_parameters(shape.init_scale, random);
    reserve();
  }

  Objective gradient(Vector<T>& gradient) override {
    gradient.setZero(layout_.size());
    double cross_entropy = 0.0;
    for (const auto& chunk : chunks_) {
      forward(chunk);
      cross_entropy += backward(chunk, gradient);
    }
    return {cross_entropy, 0.0};
  }

  Matrix<T> context_embeddings() override {
    Matrix<T> h(d_, task_->contexts);
    for (const auto& chunk : chunks_) {
      forward(chunk);
      h.middleCols(chunk.first_context, chunk.contexts) = norm_.output();
    }
    return h;
  }

  Matrix<T> word_embeddings() const override { return view(parameters_, unembedding_); }
  double penalty() const override { return 0.0; }
  Index dimension() const override { return d_; }
  void configure(const Config& config) override { (void)config; }  // all its parameters restart the run

 private:
  using Model<T>::layout_;
  using Model<T>::parameters_;

  TensorShape add(const std::string& name, Index rows, Index cols) {
    return layout_.tensor(layout_.add(name, rows, cols));
  }

  std::vector<TransformerBlock<T>> make_blocks(const TransformerShape& shape) {
    std::vector<TransformerBlock<T>> blocks;
    for (Index b = 0; b < shape.depth; ++b)
      blocks.emplace_back(layout_, "blocks." + std::to_string(b), d_, shape.heads, b + 1 == shape.depth);
    return blocks;
  }

  /// Matrices and embeddings are normal, gains 1 and biases 0.
  void draw_parameters(double scale, Random& random) {
    parameters_ = Vector<T>::Zero(layout_.size());
    for (const auto& shape : layout_.tensors()) {
      auto tensor = view(parameters_, shape);
      if (shape.name.ends_with(".bias")) continue;
      if (shape.name.ends_with(".gain")) {
        tensor.setOnes();
        continue;
      }
      for (Index i = 0; i < tensor.size(); ++i) tensor(i) = static_cast<T>(scale * random.normal());
    }
  }

  void reserve() {
    Index columns = 0;
    Index contexts = 0;
    for (const auto& chunk : chunks_) {
      columns = std::max(columns, chunk.columns());
      contexts = std::max(contexts, chunk.contexts);
    }
    for (auto& block : blocks_) block.reserve(columns, contexts, chunks_);
    norm_.reserve(contexts);
    stream_.resize(d_, columns);
    last_.resize(d_, contexts);
    d_embedding_.resize(d_, contexts);
    logits_.resize(task_->words, contexts);
    scratch_.reserve(d_, columns, contexts, longest_of(*task_));
  }

  /// H of the chunk is norm_.output() afterwards.
  void forward(const ContextChunk& chunk) {
    auto stream = stream_.leftCols(chunk.columns());
    auto last = last_.leftCols(chunk.contexts);
    embedding_forward<T>(chunk.tokens, chunk.positions, view(parameters_, tokens_),
                         view(parameters_, positions_), stream);
    for (std::size_t b = 0; b + 1 < blocks_.size(); ++b)
      blocks_[b].forward(parameters_, chunk, stream, stream);
    blocks_.back().forward(parameters_, chunk, stream, last);
    norm_.forward(parameters_, last);
  }

  /// Adds the chunk's share of the gradient and returns its share of the cross-entropy.
  double backward(const ContextChunk& chunk, Vector<T>& gradient) {
    const auto h = norm_.output();
    const auto w = view(parameters_, unembedding_);
    auto logits = logits_.leftCols(chunk.contexts);
    // L = W H  =>  dW += dL H^T,  dH = W^T dL
    logits.noalias() = w * h;
    const double cross_entropy =
        softmax_cross_entropy<T>(logits, task_->targets, task_->weight, chunk.first_context);
    view(gradient, unembedding_).noalias() += logits * h.transpose();
    auto d_h = d_embedding_.leftCols(chunk.contexts);
    d_h.noalias() = w.transpose() * logits;

    // The arrays of the residual stream are free now: they carry its gradient back.
    auto last = last_.leftCols(chunk.contexts);
    auto stream = stream_.leftCols(chunk.columns());
    last.setZero();
    norm_.backward(parameters_, d_h, gradient, last);
    blocks_.back().backward(parameters_, chunk, gradient, stream, last, scratch_);
    for (std::size_t b = blocks_.size() - 1; b-- > 0;)
      blocks_[b].backward(parameters_, chunk, gradient, stream, stream, scratch_);
    embedding_backward<T>(chunk.tokens, chunk.positions, stream, view(gradient, tokens_),
                          view(gradient, positions_));
    return cross_entropy;
  }

  // Layers add their tensors as they are made: the order of these members is the order of the layout.
  Index d_;
  std::shared_ptr<const Task> task_;
  std::vector<ContextChunk> chunks_;
  TensorShape tokens_;
  TensorShape positions_;
  std::vector<TransformerBlock<T>> blocks_;
  NormLayer<T> norm_;
  TensorShape unembedding_;

  Matrix<T> stream_;       ///< d×n
  Matrix<T> last_;         ///< d×m: the stream at the last positions, after the final block
  Matrix<T> d_embedding_;  ///< d×m: gradient of H
  Matrix<T> logits_;       ///< V×m
  BlockScratch<T> scratch_;
};

TransformerShape shape_of(const Config& config) {
  return {.d = config.integer("model.d"),
          .depth = config.integer("model.depth"),
          .heads = config.integer("model.heads"),
          .init_scale = config.real("model.init_scale")};
}

/// The nearest of minimum ... maximum that `fits`; of two equally near the smaller. `wanted` if none does.
template <class Fits>
Index nearest_that(Index wanted, Index minimum, Index maximum, Fits fits) {
  for (Index distance = 0; distance <= maximum - minimum; ++distance) {
    for (const Index candidate : {wanted - distance, wanted + distance})
      if (candidate >= minimum && candidate <= maximum && fits(candidate)) return candidate;
  }
  return wanted;
}

}  // namespace

template <class T>
std::unique_ptr<Model<T>> make_transformer(const TransformerShape& shape, std::shared_ptr<const Task> task,
                                           Random random) {
  if (const auto problem = shape_problem(shape.d, shape.heads); !problem.empty()) throw UsageError(problem);
  if (static_cast<Index>(task->tokens.size()) != task->contexts)
    throw UsageError("model.kind = transformer: the task " + task->kind + " gives tokens for " +
                     std::to_string(task->tokens.size()) + " of its " + std::to_string(task->contexts) +
                     " contexts");
  return std::make_unique<Transformer<T>>(shape, std::move(task), std::move(random));
}

template std::unique_ptr<Model<float>> make_transformer<float>(const TransformerShape&,
                                                               std::shared_ptr<const Task>, Random);
template std::unique_ptr<Model<double>> make_transformer<double>(const TransformerShape&,
                                                                 std::shared_ptr<const Task>, Random);

ModelEntry transformer_entry() {
  ModelEntry entry;
  entry.key = "transformer";
  entry.label = "Transformer";
  entry.summary =
      "A small decoder-only transformer that reads each context's tokens; H is its last hidden state.";
  entry.source = "Radford et al. 2019 (GPT-2); Zhao, Thrampoulidis 2024 (arXiv 2408.15417)";
  entry.parameters = {
      with_slider(
          in_group(integer_parameter("model.d", "Width", "d", 32, kLeastWidth, kMostWidth, Scale::log,
                                     Effect::restart, "Dimension of the residual stream, of H and of W."),
                   "Capacity"),
          kLeastWidth, 128),
      in_group(integer_parameter("model.depth", "Depth", "", 2, 1, 12, Scale::linear, Effect::restart,
                                 "Blocks of attention and MLP."),
               "Capacity"),
      in_group(integer_parameter("model.heads", "Heads", "", 2, 1, kMostHeads, Scale::linear, Effect::restart,
                                 "Attention heads of each block; they divide the width."),
               "Capacity"),
      real_parameter("model.init_scale", "Initial scale", "σ", 0.02, 1e-4, 1.0, Scale::log, Effect::restart,
                     "Standard deviation of the initial matrices and embeddings."),
  };
  entry.refuses = [](const TaskTraits& traits) {
    return traits.has_tokens ? std::string{} : "needs contexts made of tokens";
  };
  entry.optimizers = {"adamw", "momentum", "gd"};
  entry.default_learning_rate = [](std::string_view optimizer) {
    if (optimizer == "adamw") return 1e-3;
    return optimizer == "momentum" ? 0.05 : 0.1;
  };
  entry.make_float = [](const ModelSetup& setup) {
    return make_transformer<float>(shape_of(setup.config), setup.task, setup.random);
  };
  entry.make_double = [](const ModelSetup& setup) {
    return make_transformer<double>(shape_of(setup.config), setup.task, setup.random);
  };
  entry.check = [](const Config& config) -> std::optional<std::string> {
    auto problem = shape_problem(config.integer("model.d"), config.integer("model.heads"));
    if (problem.empty()) return std::nullopt;
    return problem;
  };
  entry.reconcile = [](Config& config, std::string_view changed) {
    const Index d = config.integer("model.d");
    const Index heads = config.integer("model.heads");
    if (changed == "model.heads") {
      config.set("model.d",
                 static_cast<std::int64_t>(nearest_that(d, kLeastWidth, kMostWidth,
                                                        [&](Index width) { return width % heads == 0; })));
    } else {
      config.set("model.heads", static_cast<std::int64_t>(
                                    nearest_that(heads, 1, kMostHeads, [&](Index h) { return d % h == 0; })));
    }
  };
  return entry;
}

}  // namespace gramscope
