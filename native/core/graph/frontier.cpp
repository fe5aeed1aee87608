#include "core/graph/frontier.h"

#include <algorithm>
#include <set>

namespace shellac::graph {

std::vector<std::string> frontier(const Graph& graph, const std::string& value) {
  std::set<std::string> follows{graph.node(value).name};
  std::vector<std::string> known{value};
  for (const auto& node : graph.nodes) {
    const auto& inputs = node.inputs;
    const auto after = [&](const std::string& input) { return follows.contains(input); };
    if (std::none_of(inputs.begin(), inputs.end(), after)) continue;
    follows.insert(node.name);
    for (const auto& input : inputs)
      if (!after(input) && std::find(known.begin(), known.end(), input) == known.end())
        known.push_back(input);
  }
  return known;
}

}  // namespace shellac::graph
