#include "core/models/transformer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/models/network.h"
#include "core/models/network_parameters.h"
#include "core/nn/embedding.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

constexpr Index kLeastWidth = 2;
constexpr Index kMostWidth = 512;
constexpr Index kMostHeads = 16;

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

template <class T>
class Transformer final : public Network<T> {
 public:
  Transformer(const TransformerShape& shape, std::shared_ptr<const Task> task, Random random, const Config& config)
      : Network<T>(std::move(task), shape.d, config),
        d_(shape.d),
        longest_(this->longest_context()),
        tokens_(this->add("embedding.tokens", d_, this->vocabulary())),
        positions_(add_tensor_if(shape.has_positions, this->layout_, "embedding.positions", d_, longest_)),
        blocks_(make_blocks(shape)),
        norm_(this->layout_, "norm", d_, shape.norm, shape.has_biases) {
    if (shape.is_tied)
      this->tie_words(tokens_);
    else
      this->add_words();
    this->draw(shape.init_scale, random);
    reserve(shape);
  }

  Inside inside(const InsideWanted& wanted) override {
    Inside inside = Network<T>::inside(wanted);
    if (wanted.attention && *wanted.attention >= 0 && *wanted.attention < this->task().contexts)
      look_at_attention(*wanted.attention, inside);
    return inside;
  }

 private:
  using Model<T>::parameters_;

  std::vector<TransformerBlock<T>> make_blocks(const TransformerShape& shape) {
    std::vector<TransformerBlock<T>> blocks;
    for (Index b = 0; b < shape.depth; ++b)
      blocks.emplace_back(this->layout_, "blocks." + std::to_string(b), block_shape(shape), b + 1 == shape.depth);
    return blocks;
  }

  static BlockShape block_shape(const TransformerShape& shape) {
    return {.d = shape.d,
            .heads = shape.heads,
            .norm = shape.norm,
            .feed_forward = shape.feed_forward,
            .has_biases = shape.has_biases};
  }

  void reserve(const TransformerShape& shape) {
    Index columns = 0;
    Index contexts = 0;
    for (const auto& chunk : this->chunks()) {
      columns = std::max(columns, chunk.columns());
      contexts = std::max(contexts, chunk.contexts);
    }
    for (auto& block : blocks_) block.reserve(columns, contexts, this->chunks());
    norm_.reserve(contexts);
    stream_.resize(d_, columns);
    last_.resize(d_, contexts);
    scratch_.reserve(block_shape(shape), columns, contexts, longest_);
  }

  void embed(const ContextChunk& chunk, MatrixOut<T> stream) const {
    embedding_forward<T>(chunk.tokens, chunk.positions, view(parameters_, tokens_), position_table(), stream);
  }

  ConstTensorView<T> position_table() const { return view(parameters_, positions_); }

  void forward(const ContextChunk& chunk, MatrixOut<T> h, std::vector<HiddenLayer>* layers) override {
    auto stream = stream_.leftCols(chunk.columns());
    auto last = last_.leftCols(chunk.contexts);
    embed(chunk, stream);
    if (layers != nullptr) keep_last_positions(chunk, stream, (*layers)[0]);
    for (std::size_t b = 0; b + 1 < blocks_.size(); ++b) {
      blocks_[b].forward(parameters_, chunk, stream, stream);
      if (layers != nullptr) keep_last_positions(chunk, stream, (*layers)[b + 1]);
    }
    blocks_.back().forward(parameters_, chunk, stream, last);
    if (layers != nullptr)
      layers->back().states.middleCols(chunk.first_context, chunk.contexts) = last.template cast<double>();
    norm_.forward(parameters_, last);
    h = norm_.output();
  }

  void backward(const ContextChunk& chunk, MatrixIn<T> h_gradient, Vector<T>& gradient) override {
    // The arrays of the residual stream are free now: they carry its gradient back.
    auto last = last_.leftCols(chunk.contexts);
    auto stream = stream_.leftCols(chunk.columns());
    last.setZero();
    norm_.backward(parameters_, h_gradient, gradient, last);
    blocks_.back().backward(parameters_, chunk, gradient, stream, last, scratch_);
    for (std::size_t b = blocks_.size() - 1; b-- > 0;)
      blocks_[b].backward(parameters_, chunk, gradient, stream, stream, scratch_);
    embedding_backward<T>(chunk.tokens, chunk.positions, stream, view(gradient, tokens_),
                          view(gradient, positions_));
  }

  std::vector<HiddenLayer> empty_layers() const override {
    const MatrixD empty(d_, this->task().contexts);
    std::vector<HiddenLayer> layers{{"Tokens", empty}};
    for (std::size_t b = 0; b < blocks_.size(); ++b) layers.push_back({"Block " + std::to_string(b + 1), empty});
    return layers;
  }
  std::string last_layer_name() const override { return "After the norm"; }
  std::unique_ptr<Network<T>> copy() const override { return std::make_unique<Transformer>(*this); }

  static void keep_last_positions(const ContextChunk& chunk, MatrixIn<T> stream, HiddenLayer& layer) {
    for (Index j = 0; j < chunk.contexts; ++j)
      layer.states.col(chunk.first_context + j) =
          stream.col(chunk.last_column[static_cast<std::size_t>(j)]).template cast<double>();
  }

  void look_at_attention(Index context, Inside& inside) {
    inside.attention_context = context;
    const auto alone = split_into_chunks({this->task().tokens[static_cast<std::size_t>(context)]}, longest_).front();
    auto stream = stream_.leftCols(alone.columns());
    embed(alone, stream);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      Index head = 0;
      for (auto& map : blocks_[b].attention_maps(parameters_, alone, stream))
        inside.attention.push_back({static_cast<Index>(b), head++, std::move(map)});
      if (b + 1 < blocks_.size()) blocks_[b].forward(parameters_, alone, stream, stream);
    }
  }

  // Layers add their tensors as they are made: the order of these members is the order of the layout.
  Index d_;
  Index longest_;
  TensorShape tokens_;
  TensorShape positions_;
  std::vector<TransformerBlock<T>> blocks_;
  NormLayer<T> norm_;

  Matrix<T> stream_;  ///< d×n
  Matrix<T> last_;    ///< d×m: the stream at the last positions, after the final block
  BlockScratch<T> scratch_;
};

TransformerShape transformer_shape(const Config& config) {
  return {.d = config.integer("model.d"),
          .depth = config.integer("model.depth"),
          .heads = config.integer("model.heads"),
          .norm = norm_kind(config.text("model.norm")),
          .feed_forward = config.text("model.activation") == "swiglu" ? FeedForwardKind::swiglu : FeedForwardKind::gelu,
          .has_positions = config.flag("model.positions"),
          .has_biases = config.flag("model.biases"),
          .is_tied = config.flag("model.tied"),
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
                                           Random random, const Config& config) {
  if (const auto problem = shape_problem(shape.d, shape.heads); !problem.empty()) throw UsageError(problem);
  return std::make_unique<Transformer<T>>(shape, std::move(task), std::move(random), config);
}

template std::unique_ptr<Model<float>> make_transformer<float>(const TransformerShape&, std::shared_ptr<const Task>,
                                                               Random, const Config&);
template std::unique_ptr<Model<double>> make_transformer<double>(const TransformerShape&, std::shared_ptr<const Task>,
                                                                 Random, const Config&);

ModelEntry transformer_entry() {
  ModelEntry entry;
  entry.key = "transformer";
  entry.label = "Transformer";
  entry.summary =
      "A small decoder-only transformer that reads each context's tokens; H is its last hidden state.";
  entry.source =
      "Radford et al. 2019 (GPT-2); IG (arXiv 2408.15417), whose own has RMSNorm, SwiGLU, no positions, no biases";
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
      norm_parameter({layer_norm_choice(), rms_norm_choice()}),
      choice_parameter("model.activation", "Activation", "gelu",
                       {{"gelu", "GELU", "one affine map, GELU, another one; 4d hidden units"},
                        {"swiglu", "SwiGLU", "the product of two affine maps, one through SiLU; 8d/3 hidden units"}},
                       Effect::restart, "What stands between the affine maps of each block's MLP."),
      flag_parameter("model.positions", "Positions", true, Effect::restart,
                     "Learned embeddings of the positions; without them the causal mask alone tells order."),
      biases_parameter(),
      flag_parameter("model.tied", "Tied", false, Effect::restart,
                     "The word embeddings are the token embeddings: one table for what is read and what is predicted."),
      init_scale_parameter(0.02),
  };
  entry.refuses = needs_tokens;
  entry.unavailable = [](std::string_view key, const TaskTraits& traits) -> std::string {
    if (key != "model.tied" || traits.words_are_tokens) return {};
    return "the next words of this task are not the tokens that its contexts are made of";
  };
  entry.optimizers = {"adamw", "momentum", "gd"};
  entry.default_learning_rate = [](std::string_view optimizer) {
    if (optimizer == "adamw") return 1e-3;
    return optimizer == "momentum" ? 0.05 : 0.1;
  };
  entry.make_float = [](const ModelSetup& setup) {
    return make_transformer<float>(transformer_shape(setup.config), setup.task, setup.random, setup.config);
  };
  entry.make_double = [](const ModelSetup& setup) {
    return make_transformer<double>(transformer_shape(setup.config), setup.task, setup.random, setup.config);
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
