// hardsigmoid: y = min(max(x + 3, 0), 6)/6 (Howard et al., 2019).
#include <ATen/ops/hardsigmoid.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op hardsigmoid() {
  return {.name = "hardsigmoid", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return at::hardsigmoid(arguments.inputs[0]);
          }};
}

}  // namespace shellac::graph
