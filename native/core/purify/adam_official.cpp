// LAC as the official code does it: the error of the whole unit, by an offset to its weight. All iterations
// are run.
#include "core/purify/unit_objective.h"

namespace shellac::purify {

namespace {

class AdamOfficial final : public Solver {
 public:
  explicit AdamOfficial(Descent descent) : descent_(descent) {}
  bool readsBatches() const override { return true; }

  Solution solve(const Problem& problem, at::Generator& generator, const Pace& pace) const override {
    return descend(problem, unitObjective(problem), descent_, generator, pace);
  }

 private:
  Descent descent_;
};

}  // namespace

std::unique_ptr<Solver> adamOfficial(int64_t iterations, double learningRate) {
  return std::make_unique<AdamOfficial>(Descent{.iterations = iterations, .learningRate = learningRate});
}

}  // namespace shellac::purify
