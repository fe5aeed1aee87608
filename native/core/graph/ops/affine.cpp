// affine: y = factor·x + shift.
#include <cmath>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op affine() {
  return {.name = "affine",
          .infer =
              [](const Node& node, const Operands& operands) {
                if (!std::isfinite(node.number("factor", 1)) || !std::isfinite(node.number("shift", 0)))
                  refuseNode(node, "factor or shift is not finite", "finite numbers");
                return operands.inputs[0];
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return arguments.inputs[0].mul(node.number("factor", 1)).add_(node.number("shift", 0));
              }};
}

}  // namespace shellac::graph
