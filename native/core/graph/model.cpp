#include "core/graph/model.h"

#include "core/error.h"

namespace shellac::graph {

const at::Tensor& Model::parameter(const Node& node, const std::string& role) const {
  const auto name = node.parameters.find(role);
  const auto tensor = name == node.parameters.end() ? tensors.end() : tensors.find(name->second);
  if (tensor != tensors.end()) return tensor->second;
  throw Error(Code::BadModel,
              {.thing = "node " + node.name + " (" + node.op + ")",
               .found = "no tensor for its " + role,
               .expected = name == node.parameters.end() ? "a parameter of that role" : name->second,
               .remedy = "Export the model again with all of its weights."});
}

at::Tensor Model::optionalParameter(const Node& node, const std::string& role) const {
  return node.parameters.contains(role) ? parameter(node, role) : at::Tensor{};
}

Model Model::clone() const {
  Model copy{graph, {}};
  for (const auto& [name, tensor] : tensors) copy.tensors.emplace(name, tensor.detach().clone());
  return copy;
}

Model Model::to(at::Device device) const {
  Model copy{graph, {}};
  for (const auto& [name, tensor] : tensors) copy.tensors.emplace(name, tensor.to(device));
  return copy;
}

}  // namespace shellac::graph
