#include "core/purify/walk.h"

#include <ATen/ops/randperm.h>

#include <map>
#include <set>

#include "core/graph/executor.h"
#include "core/purify/streams.h"

namespace shellac::purify {

namespace {

struct Visitor {
  std::function<void(size_t)> part;
  std::function<void(const std::string&)> node;  // of no part
  std::function<void(const std::string&)> readLast;
};

void visit(const graph::Graph& graph, const std::vector<Names>& parts, const Visitor& visitor) {
  std::map<std::string, size_t> firsts;
  std::set<std::string> inside;  // nodes that run with their part
  for (size_t i = 0; i < parts.size(); ++i) {
    firsts[parts[i].front()] = i;
    inside.insert(parts[i].begin(), parts[i].end());
  }
  const auto last = graph::lastReads(graph);
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const auto& name = graph.nodes[i].name;
    if (const auto first = firsts.find(name); first != firsts.end())
      visitor.part(first->second);
    else if (inside.count(name) == 0)
      visitor.node(name);
    for (const auto& value : last[i]) visitor.readLast(value);
  }
}

}  // namespace

at::Tensor drawImages(int64_t count, at::Generator& generator) {
  const auto on = at::TensorOptions(at::kLong).device(at::kCPU);
  return at::randperm(count, generator, on).slice(0, 0, kMostImages);
}

void walk(const graph::Graph& graph, Streams& streams, const std::vector<Names>& parts,
          const std::function<void(size_t)>& correct) {
  visit(graph, parts,
        {.part = correct,
         .node =
             [&](const std::string& name) {
               streams.passFull({name});
               streams.passCorrected({name});
             },
         .readLast = [&](const std::string& value) { streams.forget(value); }});
}

std::vector<Join> foresee(const graph::Graph& graph, const std::vector<Names>& parts,
                          const std::vector<int64_t>& wanted) {
  std::vector<Join> joins;
  std::set<std::string> live{graph.nodes.front().name};
  int64_t joined = 0;
  const auto part = [&](size_t i) {
    if (wanted[i] > joined) joins.push_back({joined, wanted[i], {live.begin(), live.end()}});
    joined = std::max(joined, wanted[i]);
    live.insert(parts[i].back());
  };
  visit(graph, parts,
        {.part = part,
         .node = [&](const std::string& name) { live.insert(name); },
         .readLast = [&](const std::string& value) { live.erase(value); }});
  return joins;
}

}  // namespace shellac::purify
