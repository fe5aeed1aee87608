// identity: y = x.
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op identity() {
  return {.name = "identity", .infer = same, .run = [](const Node&, const Arguments& arguments) {
            return arguments.inputs[0];
          }};
}

}  // namespace shellac::graph
