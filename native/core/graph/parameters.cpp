#include "core/graph/parameters.h"

namespace shellac::graph {

int uses(const Graph& graph, const std::string& tensor) {
  int count = 0;
  for (const auto& node : graph.nodes) {
    for (const auto& [role, name] : node.parameters) count += name == tensor;
  }
  return count;
}

namespace {

std::string nameFor(const Model& model, const Node& node, const std::string& role) {
  const auto named = node.parameters.find(role);
  if (named != node.parameters.end() && uses(model.graph, named->second) == 1) return named->second;
  std::string name = node.name + "." + role;
  while (model.tensors.contains(name)) name += "_own";
  return name;
}

}  // namespace

void setParameter(Model& model, Node& node, const std::string& role, const at::Tensor& tensor) {
  const auto name = nameFor(model, node, role);
  model.tensors[name] = tensor;
  node.parameters[role] = name;
}

}  // namespace shellac::graph
