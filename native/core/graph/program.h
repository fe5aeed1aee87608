// A frozen graph made ready to be run many times, without gradients: only the nodes that lie between the values
// that are given and those that are wanted.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/graph/model.h"

namespace shellac::graph {

// How a frozen model is read.
struct Substitutes {
  std::map<std::string, at::Tensor> weights;  // by conv or linear node name; the model's own for all others
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
  Model model_;
  Substitutes substitutes_;
  std::vector<std::string> inputs_, outputs_;
  std::vector<size_t> steps_;                    // node indices, in order
  std::vector<std::vector<std::string>> freed_;  // values that nobody reads after each step
};

}  // namespace shellac::graph
