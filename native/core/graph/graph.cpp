#include "core/graph/graph.h"

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

}  // namespace shellac::graph
