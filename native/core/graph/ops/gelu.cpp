// gelu: y = x·Φ(x), Φ the normal distribution function (Hendrycks and Gimpel, 2016); tanh: its approximation
// y = x/2·(1 + tanh(sqrt(2/π)·(x + 0.044715·x³))).
#include <ATen/ops/gelu.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op gelu() {
  return {.name = "gelu",
          .infer =
              [](const Node& node, const Operands& operands) {
                node.flag("tanh", false);  // refused here when it is something else
                return operands.inputs[0];
              },
          .run =
              [](const Node& node, const Arguments& arguments) {
                return at::gelu(arguments.inputs[0], node.flag("tanh", false) ? "tanh" : "none");
              }};
}

}  // namespace shellac::graph
