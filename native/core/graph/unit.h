// Units: a conv or linear with the BN, activation and other one-input ops that follow it, up to the next
// conv, linear or add, or to a value that more than one node reads.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace shellac::graph {

struct Unit {
  std::string name;                      // of its conv or linear node
  std::string input;                     // value that the conv or linear reads
  std::string output;                    // last value of the unit
  std::vector<std::string> nodes;        // in order, the conv or linear first
  std::optional<std::string> batchNorm;  // the BN that reads the conv's or linear's output directly
};

// In topological order. Every node of the graph belongs to at most one unit.
std::vector<Unit> units(const Graph& graph);

bool hasWeight(const Node& node);  // conv2d or linear: what quantization and LAC work on

}  // namespace shellac::graph
