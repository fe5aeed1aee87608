// LAC as the official code does it: the quantized unit with its BN, activation and output quantizer, on the
// corrected quantized model's inputs, against the full-precision unit on full-precision inputs. All
// iterations are run.
//   loss = mean over n and positions of Σ_c (unit(X̂; Ŵ) − unit(X; W))²
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mse_loss.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/graph/layout.h"
#include "core/purify/descent.h"
#include "core/purify/unit_tail.h"

namespace shellac::purify {

namespace {

// One over the number of samples and positions.
double channelShare(const at::Tensor& y) {
  return static_cast<double>(y.size(graph::channelAxis(y))) / static_cast<double>(y.numel());
}

// Of a unit whose tail is known: the input needs no gradient, so that one pass over the output and one
// convolution give that of the weight.
Objective byHand(const Problem& problem, const UnitTail& tail) {
  const auto bias = problem.model.optionalParameter(problem.model.graph.node(problem.unit.name), "bias");
  return [&problem, tail, bias](size_t batch, const at::Tensor& quantized) -> Slope {
    const auto& x = problem.corrected[batch];
    const auto y = problem.part.forward(x, quantized, bias);
    const auto share = channelShare(y);
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
    const auto loss = at::mse_loss(made, target, at::Reduction::Sum) * channelShare(target);
    return {loss.item<double>(), torch::autograd::grad({loss}, {weight})[0]};
  };
}

class AdamOfficial final : public Solver {
 public:
  explicit AdamOfficial(Descent descent) : descent_(descent) {}
  bool readsBatches() const override { return true; }

  Solution solve(const Problem& problem, at::Generator& generator, const Pace& pace) const override {
    const auto tail = UnitTail::of(problem);
    return descend(problem, tail ? byHand(problem, *tail) : byAutograd(problem), descent_, generator, pace);
  }

 private:
  Descent descent_;
};

}  // namespace

std::unique_ptr<Solver> adamOfficial(int64_t iterations, double learningRate) {
  return std::make_unique<AdamOfficial>(Descent{.iterations = iterations, .learningRate = learningRate});
}

}  // namespace shellac::purify
