// The way through a model: units or blocks of nodes, each corrected as one, and the nodes between, which just
// run. A value is freed after its last reader.
#pragma once
#include <ATen/core/Generator.h>

#include <functional>
#include <string>
#include <vector>

#include "core/purify/streams.h"

namespace shellac::purify {

// No unit and no block asks for more images: so many are what the official code reads.
inline constexpr int64_t kMostImages = 1024;

// int64: the order in which images join, on the CPU.
at::Tensor drawImages(int64_t count, at::Generator& generator);

using Names = std::vector<std::string>;

// parts: the nodes of each, in order. correct: called with a part's number when its first node is due; it
// leaves the part's output in both streams.
void walk(const graph::Graph& graph, Streams& streams, const std::vector<Names>& parts,
          const std::function<void(size_t)>& correct);

}  // namespace shellac::purify
