// flatten: [n, ...] -> [n, product], all axes but the batch in one.
#include "core/graph/ops/judge.h"

namespace shellac::graph {

Op flatten() {
  return {.name = "flatten",
          .infer =
              [](const Node&, const Operands& operands) {
                int64_t count = 1;  // largestValue at most: `check` saw to it when the input was made
                for (const auto size : operands.inputs[0]) count *= size;
                return Shape{count};
              },
          .run = [](const Node&, const Arguments& arguments) { return arguments.inputs[0].flatten(1); }};
}

}  // namespace shellac::graph
