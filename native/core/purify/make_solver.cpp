#include "core/error.h"
#include "core/purify/solver.h"

namespace shellac::purify {

std::unique_ptr<Solver> makeSolver(const Options& options) {
  switch (options.solver) {
    case SolverKind::ClosedForm:
      return closedForm(options.damping);
    case SolverKind::AdamOfficial:
      return adamOfficial(options.iterations, options.learningRate);
    case SolverKind::AdamPaper:
      return adamPaper(options.iterations, options.learningRate);
    case SolverKind::Efrap:
      return efrap(options.iterations, options.learningRate, options.rounding);
    case SolverKind::AdaRound:
      return adaRound(options.iterations, options.learningRate, options.rounding);
    case SolverKind::Brecq:
      break;
  }
  throw Error(Code::Internal, {.thing = "solver", .found = "a kind that does not work on units"});
}

}  // namespace shellac::purify
