// maxPool2d: [n, c, h, w] -> [n, c, h', w'], the largest number in each window; padding never wins.
#include <ATen/ops/max_pool2d.h>

#include "core/graph/ops/judge.h"
#include "core/graph/ops/window.h"

namespace shellac::graph {

Op maxPool2d() {
  return {.name = "maxPool2d",
          .infer =
              [](const Node& node, const Operands& operands) {
                expectImage(node, operands.inputs[0]);
                return Window::ofPool(node).pool(node, operands.inputs[0]);
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                const auto window = Window::ofPool(node);
                return at::max_pool2d(arguments.inputs[0], window.kernel, window.stride, window.padding,
                                      window.dilation, window.ceil);
              }};
}

}  // namespace shellac::graph
