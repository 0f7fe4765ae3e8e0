#include "core/models/mlp.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/models/network.h"
#include "core/models/network_parameters.h"
#include "core/nn/concatenated_embedding.h"

namespace gramscope {

namespace {

template <class T>
class Mlp final : public Network<T> {
 public:
  Mlp(const MlpShape& shape, std::shared_ptr<const Task> task, Random random, const Config& config)
      : Network<T>(std::move(task), shape.d, config),
        tokens_(this->add("embedding.tokens", shape.embedding, this->vocabulary())),
        layers_(make_layers(shape)) {
    this->add_words();
    this->draw(shape.init_scale, random);
    reserve(shape);
  }

 private:
  using Model<T>::parameters_;

  std::vector<DenseLayer<T>> make_layers(const MlpShape& shape) {
    std::vector<DenseLayer<T>> layers;
    Index inputs = this->longest_context() * shape.embedding;
    for (Index l = 0; l < shape.depth; ++l) {
      const Index outputs = l + 1 == shape.depth ? shape.d : shape.width;
      layers.emplace_back(this->layout_, "layers." + std::to_string(l), outputs, inputs, shape.layers);
      inputs = outputs;
    }
    return layers;
  }

  void reserve(const MlpShape& shape) {
    Index contexts = 0;
    for (const auto& chunk : this->chunks()) contexts = std::max(contexts, chunk.contexts);
    for (auto& layer : layers_) layer.reserve(contexts);
    places_.resize(this->longest_context() * shape.embedding, contexts);
    Index widest = places_.rows();
    for (const auto& layer : layers_) widest = std::max(widest, layer.outputs());
    d_output_.resize(widest, contexts);
    d_input_.resize(widest, contexts);
  }

  void forward(const ContextChunk& chunk, MatrixOut<T> h, std::vector<HiddenLayer>* layers) override {
    auto x = places_.leftCols(chunk.contexts);
    concatenated_embedding_forward<T>(chunk.tokens, chunk.positions, chunk.last_column, view(parameters_, tokens_), x);
    const auto keep = [&](std::size_t layer, MatrixIn<T> states) {
      if (layers != nullptr)
        (*layers)[layer].states.middleCols(chunk.first_context, chunk.contexts) = states.template cast<double>();
    };
    keep(0, x);
    layers_.front().forward(parameters_, x);
    for (std::size_t l = 1; l < layers_.size(); ++l) {
      keep(l, layers_[l - 1].output());
      layers_[l].forward(parameters_, layers_[l - 1].output());
    }
    h = layers_.back().output();
  }

  void backward(const ContextChunk& chunk, MatrixIn<T> h_gradient, Vector<T>& gradient) override {
    const Index n = chunk.contexts;
    d_output_.topRows(h_gradient.rows()).leftCols(n) = h_gradient;
    for (std::size_t l = layers_.size(); l-- > 0;) {
      const Index inputs = l == 0 ? places_.rows() : layers_[l - 1].outputs();
      auto d_output = d_output_.topRows(layers_[l].outputs()).leftCols(n);
      auto d_input = d_input_.topRows(inputs).leftCols(n);
      if (l == 0)
        layers_[l].backward(parameters_, places_.leftCols(n), d_output, gradient, d_input);
      else
        layers_[l].backward(parameters_, layers_[l - 1].output(), d_output, gradient, d_input);
      std::swap(d_output_, d_input_);
    }
    concatenated_embedding_backward<T>(chunk.tokens, chunk.positions, chunk.last_column,
                                       d_output_.topRows(places_.rows()).leftCols(n), view(gradient, tokens_));
  }

  std::vector<HiddenLayer> empty_layers() const override {
    const Index contexts = this->task().contexts;
    std::vector<HiddenLayer> layers{{"Tokens", MatrixD(places_.rows(), contexts)}};
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l)
      layers.push_back({layer_name(l), MatrixD(layers_[l].outputs(), contexts)});
    return layers;
  }
  std::string last_layer_name() const override { return layer_name(layers_.size() - 1); }
  static std::string layer_name(std::size_t l) { return "Hidden " + std::to_string(l + 1); }
  std::unique_ptr<Network<T>> copy() const override { return std::make_unique<Mlp>(*this); }

  // Layers add their tensors as they are made: the order of these members is the order of the layout.
  TensorShape tokens_;
  std::vector<DenseLayer<T>> layers_;

  Matrix<T> places_;    ///< (places e)×n: the tokens' embeddings one above the other
  Matrix<T> d_output_;  ///< as wide as the widest layer: gradient after a layer
  Matrix<T> d_input_;   ///< and before it
};

Activation activation_of(const std::string& key) {
  return key == "relu" ? Activation::relu : key == "tanh" ? Activation::tanh : Activation::gelu;
}

MlpShape mlp_shape(const Config& config) {
  MlpShape shape;
  shape.d = config.integer("model.d");
  shape.embedding = config.integer("model.embedding");
  shape.depth = config.integer("model.depth");
  shape.width = config.integer("model.width");
  shape.layers.activation = activation_of(config.text("model.activation"));
  if (const auto& norm = config.text("model.norm"); norm != "none") shape.layers.norm = norm_kind(norm);
  shape.layers.has_biases = config.flag("model.biases");
  shape.init_scale = config.real("model.init_scale");
  return shape;
}

Parameter size_parameter(const char* key, const char* label, const char* symbol, std::int64_t default_value,
                         const char* summary) {
  return with_slider(in_group(integer_parameter(key, label, symbol, default_value, 1, 512, Scale::log, Effect::restart,
                                                summary),
                              "Capacity"),
                     2, 128);
}

}  // namespace

template <class T>
std::unique_ptr<Model<T>> make_mlp(const MlpShape& shape, std::shared_ptr<const Task> task, Random random,
                                   const Config& config) {
  return std::make_unique<Mlp<T>>(shape, std::move(task), std::move(random), config);
}

template std::unique_ptr<Model<float>> make_mlp<float>(const MlpShape&, std::shared_ptr<const Task>, Random,
                                                       const Config&);
template std::unique_ptr<Model<double>> make_mlp<double>(const MlpShape&, std::shared_ptr<const Task>, Random,
                                                         const Config&);

ModelEntry mlp_entry() {
  ModelEntry entry;
  entry.key = "mlp";
  entry.label = "MLP";
  entry.summary = "Token embeddings side by side, then hidden layers without attention; H is the last of them.";
  entry.source = "Bengio et al. 2003 for the architecture; math.md section 2";
  entry.parameters = {
      size_parameter("model.d", "Dimension", "d", 32, "Units of the last hidden layer, which is H; W has as many."),
      in_group(integer_parameter("model.depth", "Depth", "", 2, 1, 12, Scale::linear, Effect::restart,
                                 "Hidden layers, the last of which is H."),
               "Capacity"),
      size_parameter("model.width", "Hidden width", "", 64, "Units of the hidden layers before the last."),
      size_parameter("model.embedding", "Token width", "e", 16, "Dimension of each token's embedding."),
      choice_parameter("model.activation", "Activation", "gelu",
                       {{"gelu", "GELU", "x Φ(x), smooth"},
                        {"relu", "ReLU", "max(x, 0): H has no negative entries"},
                        {"tanh", "tanh", "between -1 and 1, odd: H may point anywhere"}},
                       Effect::restart, "What follows the affine map of each hidden layer."),
      norm_parameter({{"none", "None", "hidden layers are not normalised"}, layer_norm_choice(), rms_norm_choice()}),
      biases_parameter(),
      init_scale_parameter(0.1),
  };
  entry.refuses = needs_tokens;
  entry.optimizers = {"adamw", "momentum", "gd"};
  entry.default_learning_rate = [](std::string_view optimizer) {
    if (optimizer == "adamw") return 1e-3;
    return optimizer == "momentum" ? 0.05 : 0.1;
  };
  entry.make_float = [](const ModelSetup& setup) {
    return make_mlp<float>(mlp_shape(setup.config), setup.task, setup.random, setup.config);
  };
  entry.make_double = [](const ModelSetup& setup) {
    return make_mlp<double>(mlp_shape(setup.config), setup.task, setup.random, setup.config);
  };
  return entry;
}

}  // namespace gramscope
