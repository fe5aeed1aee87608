#include "core/graph/program.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>

#include "core/graph/executor.h"

namespace shellac::graph {

Program::Program(const Model& model, Substitutes substitutes, std::vector<std::string> inputs,
                 std::vector<std::string> outputs)
    : model_(model),
      substitutes_(std::move(substitutes)),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)) {
  const auto& nodes = model_.graph.nodes;
  const std::set<std::string> given(inputs_.begin(), inputs_.end());
  std::set<std::string> wanted(outputs_.begin(), outputs_.end());
  for (size_t i = nodes.size(); i-- > 0;) {
    if (wanted.count(nodes[i].name) == 0 || given.count(nodes[i].name) != 0) continue;
    wanted.insert(nodes[i].inputs.begin(), nodes[i].inputs.end());
    steps_.insert(steps_.begin(), i);
  }
  std::set<std::string> read(outputs_.begin(), outputs_.end());
  freed_.resize(steps_.size());
  for (size_t s = steps_.size(); s-- > 0;)
    for (const auto& name : nodes[steps_[s]].inputs)
      if (read.insert(name).second) freed_[s].push_back(name);
}

Program Program::whole(const Model& model, Substitutes substitutes) {
  return {model, std::move(substitutes), {kImages}, {model.graph.output}};
}

std::vector<at::Tensor> Program::run(std::vector<at::Tensor> inputs,
                                     const std::function<void()>& between) const {
  const at::NoGradGuard noGrad;
  const Reading reading{
      .weight =
          [this](const Node& node, const at::Tensor& weight) {
            const auto found = substitutes_.weights.find(node.name);
            return found == substitutes_.weights.end() ? weight : found->second;
          },
      .value =
          [this](const std::string& name, const at::Tensor& value) {
            const auto found = substitutes_.values.find(name);
            return found == substitutes_.values.end() ? value : found->second(value);
          }};
  std::map<std::string, at::Tensor> values;
  for (size_t i = 0; i < inputs.size(); ++i) values[inputs_[i]] = std::move(inputs[i]);
  for (size_t s = 0; s < steps_.size(); ++s) {
    if (between) between();
    const auto& node = model_.graph.nodes[steps_[s]];
    std::vector<at::Tensor> read;
    if (node.inputs.empty()) read.push_back(values.at(kImages));
    for (const auto& name : node.inputs) read.push_back(values.at(name));
    for (const auto& name : freed_[s]) values.erase(name);
    values[node.name] = runNode(model_, node, std::move(read), reading);
  }
  std::vector<at::Tensor> made;
  for (const auto& name : outputs_) made.push_back(values.at(name));
  return made;
}

}  // namespace shellac::graph
