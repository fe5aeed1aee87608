#include "core/quant/placement.h"

#include <algorithm>

#include "core/graph/unit.h"

namespace shellac::quant {

namespace {

std::vector<const graph::Node*> weightedNodes(const graph::Graph& graph) {
  std::vector<const graph::Node*> found;
  for (const auto& node : graph.nodes)
    if (graph::hasWeight(node)) found.push_back(&node);
  return found;
}

}  // namespace

Placement placement(const graph::Graph& graph, const Options& options) {
  const auto edgeBits = findPreset(options.preset).edgeBits;
  const auto nodes = weightedNodes(graph);
  Placement plan;
  for (const auto* node : nodes) {
    const bool edge = node == nodes.front() || node == nodes.back();
    const auto bits = [&](int64_t inner) { return edge ? edgeBits.value_or(inner) : inner; };
    plan.weights[node->name] = bits(options.weightBits);
    if (!options.activationBits) continue;
    auto& value = plan.activations[node->inputs.at(0)];
    value = std::max(value, bits(*options.activationBits));
  }
  return plan;
}

}  // namespace shellac::quant
