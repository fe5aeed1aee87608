// silu: y = x/(1 + exp(−x)) (Elfwing et al., 2018).
#include <ATen/ops/silu.h>

#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op silu() {
  return {.name = "silu", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return at::silu(arguments.inputs[0]);
          }};
}

}  // namespace shellac::graph
