#include "core/graph/graph.h"

#include <algorithm>
#include <set>

#include "core/error.h"

namespace shellac::graph {

const Node& Graph::node(const std::string& name) const {
  for (const auto& node : nodes) {
    if (node.name == name) return node;
  }
  throw Error(Code::BadModel, {.thing = "the graph",
                               .found = "no node named \"" + name + "\"",
                               .expected = "one of its " + std::to_string(nodes.size()) + " nodes",
                               .remedy = "`shellac inspect` lists the nodes."});
}

std::vector<const Node*> Graph::consumers(const std::string& value) const {
  std::vector<const Node*> readers;
  for (const auto& node : nodes) {
    for (const auto& input : node.inputs) {
      if (input == value) readers.push_back(&node);
    }
  }
  return readers;
}

std::vector<const Node*> nodesBetween(const Graph& graph, const std::vector<std::string>& inputs,
                                      const std::vector<std::string>& outputs) {
  const std::set<std::string> given(inputs.begin(), inputs.end());
  std::set<std::string> wanted(outputs.begin(), outputs.end());
  std::vector<const Node*> between;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (wanted.count(node->name) == 0 || given.count(node->name) != 0) continue;
    wanted.insert(node->inputs.begin(), node->inputs.end());
    between.push_back(&*node);
  }
  std::reverse(between.begin(), between.end());
  return between;
}

}  // namespace shellac::graph
