// relu6: y = min(max(x, 0), 6).
#include <ATen/ops/hardtanh.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op relu6() {
  return {.name = "relu6", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return at::hardtanh(arguments.inputs[0], 0, 6);
          }};
}

}  // namespace shellac::graph
