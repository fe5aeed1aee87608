// A graph with its tensors, at full precision.
#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "core/graph/graph.h"

namespace shellac::graph {

using Tensors = std::map<std::string, at::Tensor>;  // float32 on the CPU, by parameter name
using Shapes = std::map<std::string, Shape>;        // of every value, by node name

struct Model {
  Graph graph;
  Tensors tensors;

  // The node's parameter of that role. Throws Error{BadModel} when the node or the model has none.
  const at::Tensor& parameter(const Node& node, const std::string& role) const;

  // The same for a role that the node need not have: an undefined tensor when it names none.
  at::Tensor optionalParameter(const Node& node, const std::string& role) const;

  // A copy whose tensors are clones: training may change them in place.
  Model clone() const;
  // A copy with its tensors on the device (shared where they already are there).
  Model to(at::Device device) const;
};

// The one judge of a model. Checks names, order, arity, attributes, parameter shapes (through each op's
// `infer`, for samples of `inputShape`) and that every tensor is float32 and finite. Returns the shape of
// every value. Throws Error{BadModel} or Error{UnsupportedOp}, by node name. `weightShapes` stands in for
// tensors that are not in model.tensors (the weights of a quantized model exist as codes only).
Shapes check(const Model& model, const Shape& inputShape,
             const std::map<std::string, Shape>& weightShapes = {});

}  // namespace shellac::graph
