// liteAttention: [n, 3·d·g, h, w] -> [n, d·g, h, w], attention of linear cost with ReLU as its kernel
// (Katharopoulos et al., 2020; Cai et al., 2023). The channels are g groups of d for queries, d for keys and
// d for values, d = headDimension; in each group, for every position p, and j over all positions,
//   y_p = Σ_j v_j·⟨relu(k_j), relu(q_p)⟩ / (Σ_j ⟨relu(k_j), relu(q_p)⟩ + eps)
#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>

#include "core/error.h"
#include "core/graph/ops/judge.h"
#include "core/graph/ops/work.h"

namespace shellac::graph {
namespace {

Shape infer(const Node& node, const Operands& operands) {
  const auto& image = operands.inputs[0];
  expectImage(node, image);
  const auto d = node.integer("headDimension");
  if (d < 1 || d > image[0] || image[0] % (3 * d) != 0) {
    refuseNode(node, "a headDimension of " + std::to_string(d) + " on an input of " + showShape(image),
               "a third of the channels, or a divisor of that");
  }
  if (node.number("eps", 1e-5) <= 0)
    refuseNode(node, "eps is not positive", "a small positive number such as 1e-5");
  const Shape made{image[0] / 3, image[1], image[2]};
  expectWork(node, made, 2 * d);
  return made;
}

at::Tensor run(const Node& node, const Arguments& arguments) {
  const auto& x = arguments.inputs[0];
  const auto d = node.integer("headDimension");
  const auto n = x.size(0), h = x.size(2), w = x.size(3);
  const auto groups = x.reshape({n, -1, 3 * d, h * w});
  const auto q = at::relu(groups.slice(2, 0, d));
  const auto k = at::relu(groups.slice(2, d, 2 * d));
  const auto v = groups.slice(2, 2 * d, 3 * d);
  const auto mixed = at::matmul(at::matmul(v, k.transpose(2, 3)), q);
  const auto total = at::matmul(k.sum(3).unsqueeze(2), q);
  return (mixed / (total + node.number("eps", 1e-5))).reshape({n, -1, h, w});
}

}  // namespace

Op liteAttention() { return {.name = "liteAttention", .infer = infer, .run = run}; }

}  // namespace shellac::graph
