// Where a graph can be taken up again in the middle.
#pragma once
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace shellac::graph {

// What has to be known to run all that follows from a value: the value itself, first, and those that do not
// follow from it but are read together with something that does, such as the other branch of a residual
// block.
std::vector<std::string> frontier(const Graph& graph, const std::string& value);

}  // namespace shellac::graph
