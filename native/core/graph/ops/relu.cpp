// relu: y = max(x, 0).
#include <ATen/ops/relu.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op relu() {
  return {.name = "relu", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return at::relu(arguments.inputs[0]);
          }};
}

}  // namespace shellac::graph
