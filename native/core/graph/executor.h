// Runs a graph. Autograd follows the caller: under NoGradGuard nothing is recorded, otherwise parameters that
// require a gradient get one. Values are freed as soon as their last consumer has read them.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/model.h"

namespace shellac::graph {

// How one pass reads the model: quantization, STE training and purification differ by these two functions
// only.
struct Reading {
  // Stands in for a conv's or linear's weight. Called with an undefined tensor when the model holds none for
  // the node.
  std::function<at::Tensor(const Node&, const at::Tensor& weight)> weight = {};
  // Stands in for a value, called once with what the node made, before any consumer reads it.
  std::function<at::Tensor(const std::string& value, const at::Tensor&)> value = {};
  bool training = false;
  std::optional<at::Generator> generator = {};
};

// input: [n, ...inputShape], normalized. Returns the value of graph.output, [n, classes].
at::Tensor run(const Model& model, const at::Tensor& input, const Reading& reading = {});

// One node, with its `value` transform applied. The caller holds the inputs.
at::Tensor runNode(const Model& model, const Node& node, std::vector<at::Tensor> inputs,
                   const Reading& reading = {});

// For callers that walk the graph themselves: for each node index, the values that nobody reads after it.
std::vector<std::vector<std::string>> lastReads(const Graph& graph);

}  // namespace shellac::graph
