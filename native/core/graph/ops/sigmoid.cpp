// sigmoid: y = 1/(1 + exp(−x)).
#include <ATen/ops/sigmoid.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op sigmoid() {
  return {.name = "sigmoid", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return at::sigmoid(arguments.inputs[0]);
          }};
}

}  // namespace shellac::graph
