// tokens: [n, c, h, w] -> [n, h·w, c], each position of an image a token, row by row.
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op tokens() {
  return {.name = "tokens",
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& image = operands.inputs[0];
                expectImage(node, image);
                return Shape{image[1] * image[2], image[0]};
              },
          .run = [](const Node&,
                    const Arguments& arguments) { return arguments.inputs[0].flatten(2).transpose(1, 2); }};
}

}  // namespace shellac::graph
