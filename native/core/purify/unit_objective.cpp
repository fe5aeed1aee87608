#include "core/purify/unit_objective.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mse_loss.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/graph/layout.h"
#include "core/purify/unit_tail.h"

namespace shellac::purify {

namespace {

// Of a unit whose tail is known: the input needs no gradient, so that one pass over the output and one
// convolution give that of the weight.
Objective byHand(const Problem& problem, const UnitTail& tail) {
  const auto bias = problem.model.optionalParameter(problem.model.graph.node(problem.unit.name), "bias");
  return [&problem, tail, bias](size_t batch, const at::Tensor& quantized) -> Slope {
    const auto& x = problem.corrected[batch];
    const auto y = problem.part.forward(x, quantized, bias);
    const auto share = graph::channelShare(y);
    const auto loss = tail.differentiate(y, problem.targets[batch], share) * share;
    return {loss, problem.part.weightGradient(y, x, quantized)};
  };
}

at::Tensor runUnit(const Problem& problem, const at::Tensor& input, const at::Tensor& quantized) {
  const graph::Reading reading{.weight = [&](const graph::Node&, const at::Tensor&) { return quantized; }};
  auto value = input;
  for (const auto& name : problem.unit.nodes)
    value = graph::runNode(problem.model, problem.model.graph.node(name), {value}, reading);
  return problem.outputQuantizer ? problem.outputQuantizer->straightThrough(value) : value;
}

// Of any unit.
Objective byAutograd(const Problem& problem) {
  return [&problem](size_t batch, const at::Tensor& quantized) -> Slope {
    const at::AutoGradMode withGradients(true);
    const auto weight = quantized.detach().requires_grad_();
    const auto made = runUnit(problem, problem.corrected[batch], weight);
    const auto& target = problem.targets[batch];
    const auto loss = at::mse_loss(made, target, at::Reduction::Sum) * graph::channelShare(target);
    return {loss.item<double>(), torch::autograd::grad({loss}, {weight})[0]};
  };
}

}  // namespace

Objective unitObjective(const Problem& problem) {
  const auto tail = UnitTail::of(problem);
  return tail ? byHand(problem, *tail) : byAutograd(problem);
}

}  // namespace shellac::purify
