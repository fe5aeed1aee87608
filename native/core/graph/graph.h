// The model's structure: nodes in topological order; the first is the one "input" node.
#pragma once
#include <string>
#include <vector>

#include "core/graph/node.h"

namespace shellac::graph {

struct Graph {
  Shape inputShape;  // [channels, height, width]
  std::vector<Node> nodes;
  std::string output;  // name of the node whose value is the logits

  // Throws Error{BadModel} when there is none of that name.
  const Node& node(const std::string& name) const;
  // Nodes that read the value, in order; one that reads it twice (x + x) stands in it twice.
  std::vector<const Node*> consumers(const std::string& value) const;
};

// What has to be run for `outputs` when the values `inputs` are given, in order.
std::vector<const Node*> nodesBetween(const Graph& graph, const std::vector<std::string>& inputs,
                                      const std::vector<std::string>& outputs);

}  // namespace shellac::graph
