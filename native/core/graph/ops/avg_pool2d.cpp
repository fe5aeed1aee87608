// avgPool2d: [n, c, h, w] -> [n, c, h', w'], the mean of each window; countIncludePad: padding counts as
// zeros.
#include <ATen/ops/avg_pool2d.h>

#include "core/graph/ops/judge.h"
#include "core/graph/ops/window.h"

namespace shellac::graph {

Op avgPool2d() {
  return {.name = "avgPool2d",
          .infer =
              [](const Node& node, const Operands& operands) {
                expectImage(node, operands.inputs[0]);
                const auto window = Window::ofPool(node);
                expectRange(node, "dilation", window.dilation, 1, 1);
                node.flag("countIncludePad", true);  // refused here when it is something else
                return window.pool(node, operands.inputs[0]);
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                const auto window = Window::ofPool(node);
                return at::avg_pool2d(arguments.inputs[0], window.kernel, window.stride, window.padding,
                                      window.ceil, node.flag("countIncludePad", true));
              }};
}

}  // namespace shellac::graph
