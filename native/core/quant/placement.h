// Which tensors get a quantizer, and of how many bits: the weight of every conv and linear, and the value
// that each of them reads. The preset's edgeBits go to the first and the last of them.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/graph/graph.h"
#include "core/quant/quantization.h"

namespace shellac::quant {

struct Placement {
  std::map<std::string, int64_t> weights;  // bits by conv or linear node name
  std::map<std::string, int64_t>
      activations;  // bits by value name; a value that several read has the most bits of any
};

Placement placement(const graph::Graph& graph, const Options& options);

}  // namespace shellac::quant
