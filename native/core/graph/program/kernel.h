// What a step of a program computes.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/graph/model.h"
#include "core/graph/program/integer_convolution.h"
#include "core/graph/program/plan.h"

namespace shellac::graph {

// Reads its values and makes one. May write to a value that it holds alone: see `heldAlone`.
using Kernel = std::function<at::Tensor(std::vector<at::Tensor>)>;

// Whether nobody else can see what is written to the tensor: no other handle, and no other view of its
// memory.
inline bool heldAlone(const at::Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

// Keeps of the model what it needs, and nothing of what it replaces. weights, integers: stand in for the
// model's own, by node.
Kernel compile(const PlannedStep& step, const Model& model, const std::map<std::string, at::Tensor>& weights,
               const std::map<std::string, IntegerWeight>& integers);

}  // namespace shellac::graph
