#include "core/models/network.h"

#include <algorithm>
#include <utility>

#include "core/registry/error.h"

namespace gramscope {

namespace {

// Positions processed together: enough to fill the matrix products, few enough for their activations to stay
// in cache.
constexpr Index kMostColumns = 256;

std::shared_ptr<const Task> checked(std::shared_ptr<const Task> task) {
  if (static_cast<Index>(task->tokens.size()) != task->contexts)
    throw UsageError("model.kind: the task " + task->kind + " gives tokens for " +
                     std::to_string(task->tokens.size()) + " of its " + std::to_string(task->contexts) +
                     " contexts, and a network reads the tokens of each");
  return task;
}

}  // namespace

template <class T>
Network<T>::Network(std::shared_ptr<const Task> task, Index d, const Config& config)
    : task_(checked(std::move(task))),
      d_(d),
      chunks_(split_into_chunks(task_->tokens, kMostColumns)),
      readout_(task_, config) {
  Index contexts = 0;
  for (const auto& chunk : chunks_) contexts = std::max(contexts, chunk.contexts);
  h_.resize(d_, contexts);
  h_gradient_.resize(d_, contexts);
}

template <class T>
Index Network<T>::vocabulary() const {
  auto size = static_cast<Index>(task_->token_names.size());
  for (const auto& context : task_->tokens)
    for (const int token : context) size = std::max<Index>(size, token + 1);
  return size;
}

template <class T>
Index Network<T>::longest_context() const {
  std::size_t longest = 0;
  for (const auto& context : task_->tokens) longest = std::max(longest, context.size());
  return static_cast<Index>(longest);
}

template <class T>
void Network<T>::add_words() {
  words_ = add("W", task_->words, d_);
}

template <class T>
void Network<T>::tie_words(const TensorShape& token_embedding) {
  if (token_embedding.cols != task_->words)
    throw UsageError("model.tied: the contexts of the task " + task_->kind + " are made of " +
                     std::to_string(token_embedding.cols) + " tokens and its next words are " +
                     std::to_string(task_->words) + ", so that they cannot share their embeddings");
  words_ = token_embedding;
  is_tied_ = true;
}

template <class T>
void Network<T>::draw(double scale, Random& random) {
  this->parameters_ = Vector<T>::Zero(this->layout_.size());
  for (const auto& shape : this->layout_.tensors()) {
    auto tensor = view(this->parameters_, shape);
    if (shape.name.ends_with(".bias")) continue;
    if (shape.name.ends_with(".gain")) {
      tensor.setOnes();
      continue;
    }
    for (Index i = 0; i < tensor.size(); ++i) tensor(i) = static_cast<T>(scale * random.normal());
  }
}

template <class T>
Objective Network<T>::gradient(Vector<T>& gradient) {
  gradient.setZero(this->layout_.size());
  if (!is_tied_) return objective(view(std::as_const(this->parameters_), words_), view(gradient, words_), gradient);
  // L = E^T H  =>  dE += (dW)^T
  const Matrix<T> w = word_embeddings();
  Matrix<T> w_gradient = Matrix<T>::Zero(w.rows(), w.cols());
  const Objective result = objective(w, w_gradient, gradient);
  view(gradient, words_) += w_gradient.transpose();
  return result;
}

template <class T>
Objective Network<T>::objective(MatrixIn<T> w, MatrixOut<T> w_gradient, Vector<T>& gradient) {
  Objective result;
  // A term that sees all embeddings at once needs them before any of them goes back through the layers: with several
  // chunks, whose activations are not kept, at the price of a second forward pass.
  const bool sees_all = readout_.rewards_alignment();
  if (sees_all) {
    all_embeddings(all_h_, nullptr);
    all_h_gradient_.setZero(d_, task_->contexts);
    result.penalty = readout_.alignment_penalty(all_h_, all_h_gradient_);
  }
  for (const auto& chunk : chunks_) {
    auto h = h_.leftCols(chunk.contexts);
    auto h_gradient = h_gradient_.leftCols(chunk.contexts);
    if (sees_all && chunks_.size() == 1)
      h = all_h_;
    else
      forward(chunk, h, nullptr);
    result.cross_entropy += readout_.cross_entropy(w, h, chunk.first_context, w_gradient, h_gradient);
    if (sees_all) h_gradient += all_h_gradient_.middleCols(chunk.first_context, chunk.contexts);
    backward(chunk, h_gradient, gradient);
  }
  return result;
}

template <class T>
void Network<T>::all_embeddings(Matrix<T>& h, std::vector<HiddenLayer>* layers) {
  h.resize(d_, task_->contexts);
  for (const auto& chunk : chunks_) forward(chunk, h.middleCols(chunk.first_context, chunk.contexts), layers);
}

template <class T>
Matrix<T> Network<T>::context_embeddings() {
  Matrix<T> h;
  all_embeddings(h, nullptr);
  return h;
}

template <class T>
Matrix<T> Network<T>::word_embeddings() const {
  const auto tensor = view(this->parameters_, words_);
  if (is_tied_) return tensor.transpose();
  return tensor;
}

template <class T>
double Network<T>::penalty() const {
  if (!readout_.rewards_alignment()) return 0.0;
  return readout_.alignment_penalty(copy()->context_embeddings());
}

template <class T>
Inside Network<T>::inside(const InsideWanted& wanted) {
  Inside inside;
  if (!wanted.layers) return inside;
  inside.layers = empty_layers();
  Matrix<T> h;
  all_embeddings(h, &inside.layers);
  inside.layers.push_back({last_layer_name(), h.template cast<double>()});
  return inside;
}

template class Network<float>;
template class Network<double>;

}  // namespace gramscope
