// EFRAP (Li et al., CVPR 2024) and AdaRound (Nagel et al., ICML 2020): both learn, unit by unit, which of
// its two neighbours on the grid a weight goes to, against the error of the whole unit.
#include "core/purify/learn_rounding.h"
#include "core/purify/unit_objective.h"

namespace shellac::purify {

namespace {

class RoundingSolver final : public Solver {
 public:
  RoundingSolver(int64_t iterations, double learningRate, Penalty penalty, Stretch stretch)
      : iterations_(iterations),
        learningRate_(learningRate),
        penalty_(std::move(penalty)),
        stretch_(stretch) {}
  bool readsBatches() const override { return true; }

  Solution solve(const Problem& problem, at::Generator& generator, const Pace& pace) const override {
    const std::vector<SoftRounding> weight{{problem.weight, problem.quantizer, stretch_}};
    const RoundingObjective objective{reconstructionOf(problem), penalty_};
    learnRounding(weight, objective, {iterations_, learningRate_, problem.corrected.size()}, generator, pace);
    return {.codes = weight.front().codes(), .iterations = iterations_};
  }

 private:
  int64_t iterations_;
  double learningRate_;
  Penalty penalty_;
  Stretch stretch_;
};

}  // namespace

Reconstruction reconstructionOf(const Problem& problem) {
  return [unit = unitObjective(problem)](size_t batch, const std::vector<at::Tensor>& soft) -> Slopes {
    auto [loss, gradient] = unit(batch, soft.front());
    return {loss, {std::move(gradient)}};
  };
}

std::unique_ptr<Solver> efrap(int64_t iterations, double learningRate, const Rounding& rounding) {
  return std::make_unique<RoundingSolver>(iterations, learningRate, reversalPenalty(rounding), kPlain);
}

std::unique_ptr<Solver> adaRound(int64_t iterations, double learningRate, const Rounding& rounding) {
  return std::make_unique<RoundingSolver>(iterations, learningRate, annealedPenalty(rounding, iterations),
                                          kStretched);
}

}  // namespace shellac::purify
