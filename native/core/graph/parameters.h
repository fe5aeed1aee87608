// Which nodes read a tensor, and how one of them gets its own.
#pragma once
#include "core/graph/model.h"

namespace shellac::graph {

// Parameters of that name, over all nodes.
int uses(const Graph& graph, const std::string& tensor);

// Gives a node of the model's graph that tensor. The node's own keeps its name; one that other nodes read
// too, or that is new, gets one after the node, and the others keep theirs.
void setParameter(Model& model, Node& node, const std::string& role, const at::Tensor& tensor);

}  // namespace shellac::graph
