// A frozen graph made ready to be run many times, without gradients: only the nodes that lie between the
// values that are given and those that are wanted.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/graph/model.h"
#include "core/graph/program/integer_convolution.h"
#include "core/graph/program/kernel.h"

namespace shellac::graph {

// How a frozen model is read.
struct Substitutes {
  std::map<std::string, at::Tensor> weights;  // by conv or linear node name; the model's own for all others
  // Of weights that are multiplied as whole numbers; no float stands for them then.
  std::map<std::string, IntegerWeight> integers = {};
  // Done to a value once it is made, before anybody reads it, by value name. May work in place on what it is
  // given.
  std::map<std::string, std::function<at::Tensor(at::Tensor)>> values;
};

class Program {
 public:
  // Stands for the model's input, [n, ...inputShape] normalized, among `inputs`.
  static constexpr const char* kImages = "";

  // model: on the device. inputs, outputs: names of values. Every output must follow from the inputs.
  Program(const Model& model, Substitutes substitutes, std::vector<std::string> inputs,
          std::vector<std::string> outputs);
  // From images to logits.
  static Program whole(const Model& model, Substitutes substitutes);

  // inputs: in the order given above; they are left as they are. Returns the outputs in their order.
  // `between` is called before every step, and may throw.
  std::vector<at::Tensor> run(std::vector<at::Tensor> inputs,
                              const std::function<void()>& between = {}) const;

 private:
  using Slot = size_t;  // of a value, while it lives
  using Transform = std::function<at::Tensor(at::Tensor)>;
  struct Step {
    Kernel kernel;
    Transform transform;  // empty: none
    std::vector<Slot> reads;
    std::vector<Slot> last;  // of those that it reads, those that nobody reads afterwards
    Slot writes;
  };
  static at::Tensor execute(const Step& step, std::vector<at::Tensor>& values);

  std::vector<Step> steps_;
  std::vector<Slot> given_, wanted_;
  size_t slots_ = 0;
};

}  // namespace shellac::graph
