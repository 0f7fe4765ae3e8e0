#pragma once

#include <memory>
#include <vector>

#include "core/models/context_chunks.h"
#include "core/models/model.h"
#include "core/models/readout.h"

namespace gramscope {

/// What models that read tokens have in common: contexts in chunks, H as the output of layers, logits L = W H with W a
/// tensor of its own or the transposed token embedding, and the loss of H and W (see Readout).
template <class T>
class Network : public Model<T> {
 public:
  Objective gradient(Vector<T>& gradient) final;
  Matrix<T> context_embeddings() final;
  Matrix<T> word_embeddings() const final;
  /// The reward for agreement with a kernel; 0 where there is none.
  double penalty() const final;
  Inside inside(const InsideWanted& wanted) override;
  Index dimension() const final { return d_; }
  /// What the loss is made of is live; all else restarts the run.
  void configure(const Config& config) final { readout_.configure(config); }

 protected:
  /// Throws UsageError if a context has no tokens. `config` is for the readout.
  Network(std::shared_ptr<const Task> task, Index d, const Config& config);
  Network(const Network&) = default;

  const Task& task() const { return *task_; }
  const std::vector<ContextChunk>& chunks() const { return chunks_; }
  /// Tokens that the embedding has room for, and the length of the longest context.
  Index vocabulary() const;
  Index longest_context() const;

  TensorShape add(const std::string& name, Index rows, Index cols) {
    return this->layout_.tensor(this->layout_.add(name, rows, cols));
  }
  /// W as the last tensor of the layout.
  void add_words();
  /// W as the transpose of that tensor (d×V).
  void tie_words(const TensorShape& token_embedding);
  /// Draws the tensors in the order of the layout: matrices and embeddings from N(0, scale²); gains are 1 and biases 0.
  void draw(double scale, Random& random);

  /// Writes H of a chunk (d×n) to `h`. Where `layers` is not null, the hidden states of the last positions are written
  /// there too, for the columns of the chunk; each layer has its room already.
  virtual void forward(const ContextChunk& chunk, MatrixOut<T> h, std::vector<HiddenLayer>* layers) = 0;
  /// From dObjective/dH (d×n) of the chunk of the last forward pass; adds to `gradient`.
  virtual void backward(const ContextChunk& chunk, MatrixIn<T> h_gradient, Vector<T>& gradient) = 0;
  /// The layers that forward() writes, without H, each d_l×m.
  virtual std::vector<HiddenLayer> empty_layers() const = 0;
  /// What H is called among the layers.
  virtual std::string last_layer_name() const = 0;
  virtual std::unique_ptr<Network> copy() const = 0;

 private:
  void all_embeddings(Matrix<T>& h, std::vector<HiddenLayer>* layers);
  Objective objective(MatrixIn<T> w, MatrixOut<T> w_gradient, Vector<T>& gradient);

  std::shared_ptr<const Task> task_;
  Index d_;
  std::vector<ContextChunk> chunks_;
  Readout<T> readout_;
  TensorShape words_;
  bool is_tied_ = false;
  Matrix<T> h_;               ///< d×n: of one chunk
  Matrix<T> h_gradient_;      ///< d×n
  Matrix<T> all_h_;           ///< d×m, where the objective needs all embeddings at once
  Matrix<T> all_h_gradient_;  ///< d×m: of that part of the objective
};

extern template class Network<float>;
extern template class Network<double>;

}  // namespace gramscope
