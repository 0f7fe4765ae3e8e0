#include "core/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/train/random_streams.h"
#include "core/train/schedule.h"

namespace gramscope {

namespace {

template <class T>
std::unique_ptr<Model<T>> make_model(const ModelSetup& setup) {
  const auto& entry = model_entry(setup.config.text("model.kind"));
  if constexpr (std::is_same_v<T, float>)
    return entry.make_float(setup);
  else
    return entry.make_double(setup);
}

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(const Config& config, Index size) {
  const auto& entry = optimizer_entry(config.text("optimizer.kind"));
  auto optimizer = [&] {
    if constexpr (std::is_same_v<T, float>)
      return entry.make_float(size);
    else
      return entry.make_double(size);
  }();
  optimizer->configure(config);
  return optimizer;
}

template <class T>
class TrainerOf final : public Trainer {
 public:
  TrainerOf(const Config& config, std::shared_ptr<const Task> task)
      : model_(make_model<T>({std::move(task), config,
                              Random(static_cast<std::uint64_t>(config.integer("run.seed")), kInitialWeights)})),
        optimizer_(make_optimizer<T>(config, model_->layout().size())),
        schedule_(learning_rate_schedule(config)),
        gradient_(Vector<T>::Zero(model_->layout().size())) {}

  Step step(std::int64_t step, Objective& objective) override {
    objective = objective_at(step);
    gradient_step_ = kNoStep;  // it is used up
    if (!std::isfinite(objective.total())) return Step::not_finite_before;
    model_->precondition(gradient_);
    optimizer_->set_rate(schedule_(step));
    optimizer_->step(model_->parameters(), gradient_);
    return is_finite() ? Step::taken : Step::not_finite_after;
  }

  double learning_rate(std::int64_t step) const override { return schedule_(step); }

  bool has_finite_objective(std::int64_t step) override { return std::isfinite(objective_at(step).total()); }

  void configure(const Config& config) override {
    model_->configure(config);
    optimizer_->configure(config);
    schedule_ = learning_rate_schedule(config);
    gradient_step_ = kNoStep;
  }

  void replace_optimizer(const Config& config) override {
    optimizer_ = make_optimizer<T>(config, model_->layout().size());
  }

  bool can_resize() const override { return model_->can_resize(); }

  void resize(const Config& config, Index d, Random& random) override {
    model_->resize_dimension(d, random);
    gradient_ = Vector<T>::Zero(model_->layout().size());
    gradient_step_ = kNoStep;
    replace_optimizer(config);
  }

  MatrixD context_embeddings() override { return model_->context_embeddings().template cast<double>(); }
  MatrixD word_embeddings() const override { return model_->word_embeddings().template cast<double>(); }
  double penalty(std::int64_t step) override {
    model_->at_step(step);
    return model_->penalty();
  }
  Inside inside(const InsideWanted& wanted) override {
    return wanted.is_nothing() ? Inside{} : model_->inside(wanted);
  }

  std::shared_ptr<const State> state() const override {
    auto state = std::make_shared<StateOf>();
    state->parameters = model_->parameters();
    state->dimension = model_->dimension();
    state->optimizer = optimizer_->state();
    return state;
  }

  void restore(const Config& config, const State& state) override {
    const auto& saved = dynamic_cast<const StateOf&>(state);
    if (saved.dimension != model_->dimension()) {
      Random unused(0);  // grown rows are overwritten below
      model_->resize_dimension(saved.dimension, unused);
      gradient_ = Vector<T>::Zero(model_->layout().size());
    }
    model_->parameters() = saved.parameters;
    model_->configure(config);
    schedule_ = learning_rate_schedule(config);
    gradient_step_ = kNoStep;
    replace_optimizer(config);  // of the size and kind that the state belongs to
    optimizer_->restore(saved.optimizer);
  }

  std::shared_ptr<const State> closed(OpenState open) const override {
    const auto take = [&](OpenState::Numbers& numbers, const char* what) {
      auto* const values = std::get_if<Vector<T>>(&numbers);
      if (values == nullptr) throw UsageError(std::string(what) + ": not in the model's precision");
      if (values->size() != model_->layout().size())
        throw UsageError(std::string(what) + ": " + std::to_string(values->size()) + " numbers, and the model has " +
                         std::to_string(model_->layout().size()));
      return std::move(*values);
    };
    if (open.dimension != model_->dimension())
      throw UsageError("d is " + std::to_string(open.dimension) + ", and the model has " +
                       std::to_string(model_->dimension()));
    if (open.buffers.size() != optimizer_->state().buffers.size())
      throw UsageError("optimizer: " + std::to_string(open.buffers.size()) + " buffers, and it has " +
                       std::to_string(optimizer_->state().buffers.size()));
    auto state = std::make_shared<StateOf>();
    state->parameters = take(open.parameters, "parameters");
    state->dimension = open.dimension;
    for (auto& buffer : open.buffers) state->optimizer.buffers.push_back(take(buffer, "optimizer"));
    state->optimizer.steps = open.steps;
    return state;
  }

  std::vector<unsigned char> parameter_bytes() const override {
    std::vector<unsigned char> bytes;
    for (const auto& shape : model_->layout().tensors()) {
      const auto* first = reinterpret_cast<const unsigned char*>(model_->parameters().data() + shape.offset);
      bytes.insert(bytes.end(), first, first + static_cast<std::size_t>(shape.size()) * sizeof(T));
    }
    return bytes;
  }

  std::vector<NamedMatrix> weights() const override {
    std::vector<NamedMatrix> weights;
    for (const auto& shape : model_->layout().tensors())
      weights.push_back({shape.name, view(std::as_const(model_->parameters()), shape).template cast<double>()});
    return weights;
  }

  void set_weights(const std::map<std::string, MatrixD>& weights, const std::string& file) override {
    const auto& tensors = model_->layout().tensors();
    Vector<T> parameters = Vector<T>::Zero(model_->layout().size());
    for (const auto& shape : tensors) {
      const auto found = weights.find(shape.name);
      if (found == weights.end())
        throw InputError(file + ": tensor " + shape.name + ": missing; the model needs it as " +
                         shape_text(shape.rows, shape.cols));
      const MatrixD& values = found->second;
      if (values.rows() != shape.rows || values.cols() != shape.cols)
        throw InputError(file + ": tensor " + shape.name + ": is " + shape_text(values.rows(), values.cols()) +
                         ", and the model needs " + shape_text(shape.rows, shape.cols));
      auto tensor = view(parameters, shape);
      tensor = values.template cast<T>();
      if (!tensor.allFinite())
        throw InputError(file + ": tensor " + shape.name + ": has values that are not finite in the model's precision");
    }
    for (const auto& [name, values] : weights) {
      const bool is_known = std::any_of(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == name; });
      if (!is_known) throw InputError(file + ": tensor " + name + ": the model has none of that name");
    }
    model_->parameters() = std::move(parameters);
  }

 private:
  static std::string shape_text(Index rows, Index cols) { return std::to_string(rows) + "×" + std::to_string(cols); }

  struct StateOf final : State {
    std::size_t bytes() const override {
      auto values = parameters.size();
      for (const auto& buffer : optimizer.buffers) values += buffer.size();
      return sizeof(StateOf) + optimizer.buffers.size() * sizeof(Vector<T>) + static_cast<std::size_t>(values) * sizeof(T);
    }

    OpenState open() const override {
      OpenState open{parameters, {}, optimizer.steps, dimension};
      for (const auto& buffer : optimizer.buffers) open.buffers.emplace_back(buffer);
      return open;
    }

    Vector<T> parameters;
    Index dimension = 0;
    typename Optimizer<T>::State optimizer;
  };

  static constexpr std::int64_t kNoStep = -1;

  const Objective& objective_at(std::int64_t step) {
    if (gradient_step_ != step) {
      model_->at_step(step);
      objective_ = model_->gradient(gradient_);
      gradient_step_ = step;
    }
    return objective_;
  }

  /// x - x is 0 for finite x and NaN otherwise: one vectorised pass.
  bool is_finite() const {
    const auto& x = model_->parameters();
    return (x.array() - x.array()).sum() == T(0);
  }

  std::unique_ptr<Model<T>> model_;
  std::unique_ptr<Optimizer<T>> optimizer_;
  Schedule schedule_;
  Vector<T> gradient_;
  Objective objective_;
  std::int64_t gradient_step_ = kNoStep;  ///< the step whose gradient and objective these are
};

}  // namespace

std::unique_ptr<Trainer> make_trainer(const Config& config, std::shared_ptr<const Task> task) {
  if (config.text("model.precision") == "double") return std::make_unique<TrainerOf<double>>(config, std::move(task));
  return std::make_unique<TrainerOf<float>>(config, std::move(task));
}

}  // namespace gramscope
