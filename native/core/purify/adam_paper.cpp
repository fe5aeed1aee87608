// LAC as the paper's text says it (Eq. 3): the layer's linear map alone, and one input for both sides.
//   loss = mean over n and positions of Σ_c (W·X̂ − Ŵ·X̂)² = that of (Ŵ − W)·X̂, one convolution
// X̂ is the corrected quantized model's input, moved by PDA. The iterations are a maximum: it stops on a
// plateau, and the solution is the iterate of least loss on the drawn columns, since Eq. 3 asks for the
// least.
#include <ATen/TensorOperators.h>

#include "core/graph/layout.h"
#include "core/purify/descent.h"

namespace shellac::purify {

namespace {

class AdamPaper final : public Solver {
 public:
  explicit AdamPaper(Descent descent) : descent_(descent) {}
  bool readsBatches() const override { return true; }

  Solution solve(const Problem& problem, at::Generator& generator, const Pace& pace) const override {
    const auto objective = [&](size_t batch, const at::Tensor& quantized) -> Slope {
      const auto& x = problem.corrected[batch];
      auto error = problem.part.forward(x, quantized - problem.weight, {});
      const auto share = graph::channelShare(error);
      const auto loss = error.square().sum().item<double>() * share;
      return {loss, problem.part.weightGradient(error.mul_(2 * share), x, problem.weight)};
    };
    auto descent = descent_;
    descent.judge = [&](const at::Tensor& quantized) {
      return problem.moments.energy(problem.part.asMatrix(problem.weight - quantized));
    };
    return descend(problem, objective, descent, generator, pace);
  }

 private:
  Descent descent_;
};

}  // namespace

std::unique_ptr<Solver> adamPaper(int64_t iterations, double learningRate) {
  return std::make_unique<AdamPaper>(
      Descent{.iterations = iterations, .learningRate = learningRate, .stopOnPlateau = true});
}

}  // namespace shellac::purify
