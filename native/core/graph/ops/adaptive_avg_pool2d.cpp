// adaptiveAvgPool2d: [n, c, h, w] -> [n, c, outputSize...], the mean of each cell of a grid over the image.
#include <ATen/ops/adaptive_avg_pool2d.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op adaptiveAvgPool2d() {
  return {.name = "adaptiveAvgPool2d",
          .infer =
              [](const Node& node, const Operands& operands) {
                expectImage(node, operands.inputs[0]);
                const auto size = node.pair("outputSize", {1, 1});
                expectRange(node, "outputSize", size, 1, largestWindow);
                return Shape{operands.inputs[0][0], size[0], size[1]};
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return at::adaptive_avg_pool2d(arguments.inputs[0], node.pair("outputSize", {1, 1}));
              }};
}

}  // namespace shellac::graph
