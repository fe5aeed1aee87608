#include "core/graph/ops/work.h"

#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {

void expectWork(const Node& node, const Shape& made, int64_t each) {
  expectSize(node, made);
  int64_t count = 1;
  for (const auto axis : made) count *= axis;
  if (each <= mostWork / count) return;
  refuseNode(node, std::to_string(each) + " steps for each number of " + showShape(made),
             std::to_string(mostWork) + " steps for one image at most");
}

}  // namespace shellac::graph
