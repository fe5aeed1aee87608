// The way through a model: units or blocks of nodes, each corrected as one, and the nodes between, which just
// run. A value is freed after its last reader.
#pragma once
#include <ATen/core/Generator.h>

#include <functional>
#include <string>
#include <vector>

#include "core/graph/graph.h"

namespace shellac::purify {

class Streams;

// No unit and no block asks for more images: so many are what the official code reads.
inline constexpr int64_t kMostImages = 1024;

// int64: the order in which images join, on the CPU.
at::Tensor drawImages(int64_t count, at::Generator& generator);

using Names = std::vector<std::string>;

// parts: the nodes of each, in order. correct: called with a part's number when its first node is due; it
// leaves the part's output in both streams.
void walk(const graph::Graph& graph, Streams& streams, const std::vector<Names>& parts,
          const std::function<void(size_t)>& correct);

// Images `from` to `to` of that order join; `live` are the values that somebody has yet to read then.
struct Join {
  int64_t from, to;
  Names live;
};

// Where the walk will have images join. wanted: by each part, at most as many as there are.
std::vector<Join> foresee(const graph::Graph& graph, const std::vector<Names>& parts,
                          const std::vector<int64_t>& wanted);

}  // namespace shellac::purify
