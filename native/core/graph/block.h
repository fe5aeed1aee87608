// Blocks: what lies between one narrow place of the graph and the next, where a narrow place is a value that
// is all anybody still needs to go on. So a residual block reaches from the value that its shortcut reads to
// the add, and takes the activation behind the add with it; where nothing runs in parallel, a block is a
// unit.
#pragma once
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace shellac::graph {

struct Block {
  std::string name;                // its output's; a unit's own where it is one
  std::string input;               // the one value that it reads
  std::string output;              // the one value of it that others read
  std::vector<std::string> nodes;  // in order, without a gap
};

// In topological order. Every conv and linear is in exactly one.
std::vector<Block> blocks(const Graph& graph);

}  // namespace shellac::graph
