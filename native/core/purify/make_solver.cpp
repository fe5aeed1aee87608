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
  }
  throw Error(Code::Internal, {.thing = "solver", .found = "a kind that the table does not know"});
}

}  // namespace shellac::purify
