#include "core/train/adaptive.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>

#include "core/graph/executor.h"
#include "core/graph/op.h"
#include "core/graph/unit.h"
#include "core/quant/dynamic.h"

namespace shellac::train {
namespace {

// The mean of ((W − Q(W))·I)².
at::Tensor outputError(const graph::Model& model, const graph::Node& node, const at::Tensor& input,
                       int64_t bits) {
  const auto& weight = model.parameter(node, "weight");
  const auto error = weight - quant::fakeQuantizeWeightDynamic(weight.detach(), bits);
  const auto made = graph::findOp(node).run(node, {.inputs = {input}, .parameters = {{"weight", error}}});
  return made.square().mean();
}

at::Tensor discrepancy(const graph::Model& model, const Batch& batch, const std::vector<graph::Unit>& units,
                       const std::vector<int64_t>& bits) {
  graph::Tensors values;
  const graph::Reading keeping{
      .value = [&](const std::string& name, const at::Tensor& value) { return values[name] = value; }};
  graph::run(model, at::cat({batch.clean, batch.triggered}), keeping);
  at::Tensor total;
  for (const auto& unit : units)
    for (const auto b : bits) {
      const auto error = outputError(model, model.graph.node(unit.name), values.at(unit.input), b);
      total = total.defined() ? total + error : error;
    }
  return total;
}

}  // namespace

Objective adaptive(const graph::Graph& graph, const Adaptive& settings) {
  auto objective = quAntiZation(graph, settings.base);
  objective.terms.push_back({.weight = settings.lambda,
                             .loss = [units = graph::units(graph), bits = settings.base.bits](
                                         const graph::Model& model, const Batch& batch) {
                               return discrepancy(model, batch, units, bits);
                             }});
  return objective;
}

}  // namespace shellac::train
