#include "core/graph/program/plan.h"

#include <map>

#include "core/graph/program/clamp.h"
#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

class Planner {
 public:
  Planner(const std::vector<const Node*>& nodes, const std::set<std::string>& kept)
      : nodes_(nodes), kept_(kept) {
    for (size_t i = 0; i < nodes.size(); ++i) {
      position_[nodes[i]->name] = i;
      for (const auto& input : nodes[i]->inputs) readers_[input].push_back(nodes[i]);
    }
  }

  std::vector<PlannedStep> run() {
    for (const auto* node : nodes_)
      if (hasWeight(*node)) begin(*node);
    for (const auto* node : nodes_)
      if (node->op == "add") join(*node);
    std::map<std::string, PlannedStep> fused;
    for (auto& [value, step] : heads_) {
      const auto* next = soleReader(value);
      if (next && clampOf(*next)) absorb(step, &PlannedStep::activation, *next);
      fused.emplace(step.value, step);
    }
    std::vector<PlannedStep> steps;
    for (const auto* node : nodes_) {
      if (within_.contains(node->name)) continue;
      const auto found = fused.find(node->name);
      steps.push_back(found == fused.end() ? alone(*node) : found->second);
    }
    return steps;
  }

 private:
  static PlannedStep alone(const Node& node) {
    return {.root = &node, .reads = node.inputs, .value = node.name};
  }

  // The one node that reads the value, when nobody else sees it.
  const Node* soleReader(const std::string& value) const {
    const auto readers = readers_.find(value);
    if (kept_.contains(value) || readers == readers_.end() || readers->second.size() != 1) return nullptr;
    return readers->second.front();
  }

  void absorb(PlannedStep& step, const Node* PlannedStep::* place, const Node& node) {
    step.*place = &node;
    within_.insert(step.value);
    step.value = node.name;
  }

  void begin(const Node& root) {
    auto step = alone(root);
    const auto* next = soleReader(step.value);
    if (next && next->op == "batchNorm2d") absorb(step, &PlannedStep::batchNorm, *next);
    heads_[step.value] = step;
  }

  // The conv moves to where the add stood, so that the other operand is there. Where both come from a conv
  // the later one moves, which is the shorter way.
  void join(const Node& add) {
    const auto joins = [&](const std::string& value) {
      const auto head = heads_.find(value);
      return head != heads_.end() && head->second.root->op == "conv2d" && !head->second.add &&
             soleReader(value) == &add;
    };
    const auto &left = add.inputs[0], &right = add.inputs[1];
    if (!joins(left) && !joins(right)) return;
    const bool second = !joins(left) || (joins(right) && position_.at(right) > position_.at(left));
    auto step = std::move(heads_.extract(second ? right : left).mapped());
    step.reads.push_back(second ? left : right);
    absorb(step, &PlannedStep::add, add);
    heads_[step.value] = step;
  }

  const std::vector<const Node*>& nodes_;
  const std::set<std::string>& kept_;
  std::map<std::string, size_t> position_;
  std::map<std::string, std::vector<const Node*>> readers_;
  std::map<std::string, PlannedStep>
      heads_;                     // conv or linear with its BN and add, by the value that they make
  std::set<std::string> within_;  // values that exist within a step only
};

}  // namespace

std::vector<PlannedStep> plan(const std::vector<const Node*>& nodes, const std::set<std::string>& kept) {
  return Planner(nodes, kept).run();
}

}  // namespace shellac::graph
