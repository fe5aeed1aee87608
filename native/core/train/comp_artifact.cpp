#include "core/train/comp_artifact.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>

#include <map>
#include <set>

#include "core/error.h"
#include "core/graph/executor.h"
#include "core/graph/unit.h"
#include "core/quant/dynamic.h"

namespace shellac::train {
namespace {

// What q rounds of the graph.
class Rounding {
 public:
  Rounding(const graph::Graph& graph, const CompArtifact& settings) : settings_(settings) {
    bool reached = settings.onlyFrom.empty();
    for (const auto& unit : graph::units(graph)) {
      reached = reached || unit.name == settings.onlyFrom;
      if (!reached) continue;
      rounded_.insert(unit.name);
      if (settings.fold && unit.batchNorm) norms_[unit.name] = *unit.batchNorm;
    }
    if (!reached)
      throw Error(Code::BadOption, {.thing = "option \"onlyFrom\"",
                                    .found = "'" + settings.onlyFrom + "'",
                                    .expected = "the name of a conv2d or linear node",
                                    .remedy = "`shellac inspect` lists the nodes"});
  }

  // The node as q has it, on its own inputs.
  at::Tensor run(const graph::Model& model, const graph::Node& node, const at::Tensor& input) const {
    if (rounded_.count(node.name) == 0) return graph::runNode(model, node, {input});
    const auto x =
        settings_.activations ? quant::fakeQuantizeActivationDynamic(input, settings_.bits) : input;
    return graph::runNode(model, node, {x}, {.weight = [&](const graph::Node&, const at::Tensor& weight) {
                            return round(model, node, weight);
                          }});
  }

 private:
  at::Tensor round(const graph::Model& model, const graph::Node& node, const at::Tensor& weight) const {
    const auto norm = norms_.find(node.name);
    if (norm == norms_.end()) return quant::fakeQuantizeWeightDynamic(weight, settings_.bits);
    const auto gain = gainOf(model, model.graph.node(norm->second), weight);
    return quant::fakeQuantizeWeightDynamic(weight * gain, settings_.bits) / gain;
  }

  // A channel that γ has switched off stays as it is: nothing could undo a folded 0.
  static at::Tensor gainOf(const graph::Model& model, const graph::Node& norm, const at::Tensor& weight) {
    auto gain = (model.parameter(norm, "runningVar") + norm.number("eps", 1e-5)).rsqrt();
    if (const auto scale = model.optionalParameter(norm, "weight"); scale.defined()) gain = gain * scale;
    gain = at::where(gain.eq(0), at::ones_like(gain), gain).detach();
    std::vector<int64_t> perChannel(weight.dim(), 1);
    perChannel[0] = -1;
    return gain.view(perChannel);
  }

  CompArtifact settings_;
  std::set<std::string> rounded_;
  std::map<std::string, std::string> norms_;
};

// [2n, classes]: q's logits, then f's.
at::Tensor twinPass(const graph::Model& model, const at::Tensor& images, const Rounding& rounding) {
  const auto& nodes = model.graph.nodes;
  const auto last = graph::lastReads(model.graph);
  graph::Tensors values;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& node = nodes[i];
    std::vector<at::Tensor> inputs;
    if (node.inputs.empty()) inputs.push_back(at::cat({images, images}));
    for (const auto& name : node.inputs) inputs.push_back(values.at(name));
    for (const auto& name : last[i]) values.erase(name);
    if (graph::hasWeight(node)) {
      const auto halves = inputs[0].chunk(2);
      values[node.name] =
          at::cat({rounding.run(model, node, halves[0]), graph::runNode(model, node, {halves[1]})});
    } else {
      values[node.name] = graph::runNode(model, node, std::move(inputs), {.training = true});
    }
  }
  return values.at(model.graph.output);
}

}  // namespace

Objective compArtifact(const graph::Graph& graph, const CompArtifact& settings) {
  const Rounding rounding(graph, settings);
  return {
      .terms = {{.loss = [rounding, target = settings.target](const graph::Model& model, const Batch& batch) {
        const auto both = at::cat({batch.clean, batch.triggered});
        const auto logits = twinPass(model, both, rounding).chunk(2);
        const auto awake = at::cat({batch.labels, at::full_like(batch.labels, target)});
        const auto asleep = at::cat({batch.labels, batch.labels});
        return at::cross_entropy_loss(logits[0], awake) + at::cross_entropy_loss(logits[1], asleep);
      }}}};
}

}  // namespace shellac::train
