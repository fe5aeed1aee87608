// selectToken: [n, tokens, c] -> [n, c], the token at `index`, from 0.
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op selectToken() {
  return {.name = "selectToken",
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& input = operands.inputs[0];
                expectTokens(node, input);
                expectRange(node, "index", {node.integer("index", 0)}, 0, input[0] - 1);
                return Shape{input[1]};
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return arguments.inputs[0].select(1, node.integer("index", 0)).contiguous();
              }};
}

}  // namespace shellac::graph
