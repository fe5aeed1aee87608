#include "core/graph/executor.h"

#include <map>

#include "core/graph/op.h"
#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

Arguments arguments(const Model& model, const Node& node, const Op& op, std::vector<at::Tensor> inputs,
                    const Reading& reading) {
  Arguments arguments{.inputs = std::move(inputs),
                      .parameters = {},
                      .training = reading.training,
                      .generator = reading.generator};
  for (const auto& role : op.roles) {
    const auto named = node.parameters.find(role.name);
    if (named == node.parameters.end()) continue;
    const auto tensor = model.tensors.find(named->second);
    if (tensor != model.tensors.end()) arguments.parameters.emplace(role.name, tensor->second);
  }
  if (reading.weight && hasWeight(node)) {
    arguments.parameters["weight"] = reading.weight(node, arguments.parameter("weight"));
  }
  return arguments;
}

}  // namespace

at::Tensor runNode(const Model& model, const Node& node, std::vector<at::Tensor> inputs,
                   const Reading& reading) {
  const Op& op = findOp(node);
  const auto made = op.run(node, arguments(model, node, op, std::move(inputs), reading));
  return reading.value ? reading.value(node.name, made) : made;
}

at::Tensor run(const Model& model, const at::Tensor& input, const Reading& reading) {
  const auto& nodes = model.graph.nodes;
  const auto last = lastReads(model.graph);
  std::map<std::string, at::Tensor> values;
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::vector<at::Tensor> inputs;
    if (nodes[i].inputs.empty()) inputs.push_back(input);
    for (const auto& name : nodes[i].inputs) inputs.push_back(values.at(name));
    for (const auto& name : last[i]) values.erase(name);
    values[nodes[i].name] = runNode(model, nodes[i], std::move(inputs), reading);
  }
  return values.at(model.graph.output);
}

std::vector<std::vector<std::string>> lastReads(const Graph& graph) {
  std::map<std::string, size_t> readBy;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const auto& input : graph.nodes[i].inputs) readBy[input] = i;
  }
  readBy.erase(graph.output);  // the caller still reads it
  std::vector<std::vector<std::string>> last(graph.nodes.size());
  for (const auto& [value, reader] : readBy) last[reader].push_back(value);
  return last;
}

}  // namespace shellac::graph
