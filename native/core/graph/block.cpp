#include "core/graph/block.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

// For each node, whether its value is the only one so far that a later node reads.
std::vector<bool> narrowPlaces(const Graph& graph) {
  std::map<std::string, size_t> lastReader;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (const auto& input : graph.nodes[i].inputs) lastReader[input] = i;
  lastReader[graph.output] = graph.nodes.size();
  std::vector<bool> narrow;
  size_t needed = 0;  // the last reader of all values before
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    narrow.push_back(needed <= i);
    needed = std::max(needed, lastReader[graph.nodes[i].name]);
  }
  return narrow;
}

bool isElementwise(const Node& node) {
  static const std::set<std::string> ops{"relu", "relu6",    "hardtanh", "hardswish",
                                         "gelu", "identity", "dropout",  "batchNorm2d"};
  return ops.count(node.op) != 0;
}

Block blockOfUnit(Unit unit) {
  return {std::move(unit.name), std::move(unit.input), std::move(unit.output), std::move(unit.nodes)};
}

// The nodes from `first` to `last`, and the activation that follows.
Block blockOfNodes(const Graph& graph, const std::vector<bool>& narrow, size_t first, size_t last) {
  const auto& nodes = graph.nodes;
  const auto input = nodes[first - 1].name;
  while (last + 1 < nodes.size() && narrow[last + 1] && isElementwise(nodes[last + 1])) ++last;
  Block block{.name = nodes[last].name, .input = input, .output = nodes[last].name, .nodes = {}};
  for (size_t i = first; i <= last; ++i) block.nodes.push_back(nodes[i].name);
  return block;
}

}  // namespace

std::vector<Block> blocks(const Graph& graph) {
  std::map<std::string, Unit> unitsByName;
  for (auto& unit : units(graph)) unitsByName.emplace(unit.name, unit);
  const auto narrow = narrowPlaces(graph);
  std::vector<Block> found;
  size_t first = 1;  // the node 0 is the input
  for (size_t last = 1; last < graph.nodes.size(); ++last) {
    if (!narrow[last]) continue;
    const auto from = graph.nodes.begin() + static_cast<std::ptrdiff_t>(first);
    const auto to = graph.nodes.begin() + static_cast<std::ptrdiff_t>(last + 1);
    if (std::any_of(from, to, hasWeight)) {
      found.push_back(first == last ? blockOfUnit(unitsByName.at(from->name))
                                    : blockOfNodes(graph, narrow, first, last));
    }
    first = last + 1;
  }
  return found;
}

}  // namespace shellac::graph
