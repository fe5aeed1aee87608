// hardswish: y = x·min(max(x + 3, 0), 6)/6 (Howard et al., 2019).
#include <ATen/ops/hardswish.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op hardswish() {
  return {.name = "hardswish", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return at::hardswish(arguments.inputs[0]);
          }};
}

}  // namespace shellac::graph
