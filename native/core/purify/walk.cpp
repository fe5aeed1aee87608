#include "core/purify/walk.h"

#include <ATen/ops/randperm.h>

#include <map>
#include <set>

#include "core/graph/executor.h"

namespace shellac::purify {

at::Tensor drawImages(int64_t count, at::Generator& generator) {
  const auto on = at::TensorOptions(at::kLong).device(at::kCPU);
  return at::randperm(count, generator, on).slice(0, 0, kMostImages);
}

void walk(const graph::Graph& graph, Streams& streams, const std::vector<Names>& parts,
          const std::function<void(size_t)>& correct) {
  std::map<std::string, size_t> firsts;
  std::set<std::string> inside;  // nodes that run with their part
  for (size_t i = 0; i < parts.size(); ++i) {
    firsts[parts[i].front()] = i;
    inside.insert(parts[i].begin(), parts[i].end());
  }
  const auto last = graph::lastReads(graph);
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const auto& name = graph.nodes[i].name;
    if (const auto first = firsts.find(name); first != firsts.end()) {
      correct(first->second);
    } else if (inside.count(name) == 0) {
      streams.passFull({name});
      streams.passCorrected({name});
    }
    for (const auto& value : last[i]) streams.forget(value);
  }
}

}  // namespace shellac::purify
