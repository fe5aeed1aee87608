// input: the images that the model reads, [n, channels, height, width].
#include "core/error.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op input() {
  return {.name = "input",
          .inputs = 0,
          .infer =
              [](const Node& node, const Operands& operands) {
                expectImage(node, operands.inputs[0]);
                return operands.inputs[0];
              },
          .run = [](const Node&, const Arguments& arguments) { return arguments.inputs[0]; }};
}

}  // namespace shellac::graph
