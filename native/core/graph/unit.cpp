#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

// The one node that continues the unit after `value`, if there is one.
const Node* next(const Graph& graph, const std::string& value) {
  if (value == graph.output) return nullptr;
  const auto readers = graph.consumers(value);
  if (readers.size() != 1 || hasWeight(*readers[0]) || readers[0]->inputs.size() != 1) return nullptr;
  return readers[0];
}

Unit grow(const Graph& graph, const Node& root) {
  Unit unit{
      .name = root.name, .input = root.inputs[0], .output = root.name, .nodes = {root.name}, .batchNorm = {}};
  while (const Node* node = next(graph, unit.output)) {
    if (unit.nodes.size() == 1 && node->op == "batchNorm2d") unit.batchNorm = node->name;
    unit.nodes.push_back(node->name);
    unit.output = node->name;
  }
  return unit;
}

}  // namespace

bool hasWeight(const Node& node) { return node.op == "conv2d" || node.op == "linear"; }

std::vector<Unit> units(const Graph& graph) {
  std::vector<Unit> found;
  for (const auto& node : graph.nodes) {
    if (hasWeight(node)) found.push_back(grow(graph, node));
  }
  return found;
}

}  // namespace shellac::graph
