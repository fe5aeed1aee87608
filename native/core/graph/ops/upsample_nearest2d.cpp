// upsampleNearest2d: [n, c, h, w] -> [n, c, scale·h, scale·w], every pixel repeated.
#include <ATen/ops/upsample_nearest2d.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op upsampleNearest2d() {
  return {.name = "upsampleNearest2d",
          .infer =
              [](const Node& node, const Operands& operands) {
                const auto& input = operands.inputs[0];
                expectImage(node, input);
                const auto scale = node.integer("scale");
                expectRange(node, "scale", {scale}, 1, largestWindow);
                return Shape{input[0], scale * input[1], scale * input[2]};
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                const auto& x = arguments.inputs[0];
                const auto scale = node.integer("scale");
                return at::upsample_nearest2d(x, {scale * x.size(2), scale * x.size(3)});
              }};
}

}  // namespace shellac::graph
