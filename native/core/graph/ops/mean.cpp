// mean: [n, c, h, w] -> [n, c], over the spatial axes; keepDimensions: [n, c, 1, 1].
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op mean() {
  return {.name = "mean",
          .infer =
              [](const Node& node, const Operands& operands) {
                expectImage(node, operands.inputs[0]);
                const auto channels = operands.inputs[0][0];
                return node.flag("keepDimensions", false) ? Shape{channels, 1, 1} : Shape{channels};
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return arguments.inputs[0].mean({2, 3}, node.flag("keepDimensions", false));
              }};
}

}  // namespace shellac::graph
