// Which nodes a program runs as one step: a conv or linear with the BN that is folded into it, the add that
// its result goes into (convs only), and the activation after that.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "core/graph/node.h"

namespace shellac::graph {

struct PlannedStep {
  const Node* root = nullptr;
  const Node* batchNorm = nullptr;
  const Node* add = nullptr;
  const Node* activation = nullptr;
  std::vector<std::string> reads;  // the root's inputs, then the add's other operand
  std::string value;               // what the last of the nodes makes
};

// nodes: in topological order. kept: values that are seen outside of the step that makes them, so that
// nothing is fused across them. Steps come in an order in which each finds what it reads.
std::vector<PlannedStep> plan(const std::vector<const Node*>& nodes, const std::set<std::string>& kept);

}  // namespace shellac::graph
