// LAC as the official code does it: the quantized unit with its BN, activation and output quantizer, on the
// corrected quantized model's inputs, against the full-precision unit on full-precision inputs. All
// iterations are run.
//   loss = mean over n, h, w of Σ_c (unit(X̂; Ŵ) − unit(X; W))²
#include <ATen/TensorOperators.h>
#include <ATen/ops/mse_loss.h>

#include "core/purify/descent.h"

namespace shellac::purify {

namespace {

class AdamOfficial final : public Solver {
 public:
  explicit AdamOfficial(Descent descent) : descent_(descent) {}
  bool readsBatches() const override { return true; }

  Solution solve(const Problem& problem, at::Generator& generator, const Pace& pace) const override {
    const auto objective = [&](size_t batch, const at::Tensor& quantized) {
      const auto made = runUnit(problem, problem.corrected[batch], quantized);
      const auto& target = problem.targets[batch];
      return at::mse_loss(made, target, at::Reduction::Sum) * channelShare(target);
    };
    return descend(problem, objective, descent_, generator, pace);
  }

 private:
  // One over the number of samples and positions.
  static double channelShare(const at::Tensor& y) {
    return static_cast<double>(y.dim() > 1 ? y.size(1) : 1) / static_cast<double>(y.numel());
  }

  static at::Tensor runUnit(const Problem& problem, const at::Tensor& input, const at::Tensor& quantized) {
    const graph::Reading reading{.weight = [&](const graph::Node&, const at::Tensor&) { return quantized; }};
    auto value = input;
    for (const auto& name : problem.unit.nodes)
      value = graph::runNode(problem.model, problem.model.graph.node(name), {value}, reading);
    return problem.outputQuantizer ? problem.outputQuantizer->straightThrough(value) : value;
  }

  Descent descent_;
};

}  // namespace

std::unique_ptr<Solver> adamOfficial(int64_t iterations, double learningRate) {
  return std::make_unique<AdamOfficial>(Descent{.iterations = iterations, .learningRate = learningRate});
}

}  // namespace shellac::purify
