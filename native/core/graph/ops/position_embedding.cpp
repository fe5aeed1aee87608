// positionEmbedding: [n, tokens, c] -> the same, y = x + embedding, learned numbers for each token's place.
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op positionEmbedding() {
  return {.name = "positionEmbedding",
          .roles = {{.name = "embedding"}},
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& input = operands.inputs[0];
                expectTokens(node, input);
                expectParameter(node, operands, "embedding", {1, input[0], input[1]});
                return input;
              },
          .run =
              [](const Node&, const Arguments& arguments) {
                return arguments.inputs[0].add(arguments.parameter("embedding"));
              }};
}

}  // namespace shellac::graph
