// The judge of a model: whatever made it, a file, TypeScript or a pass, nothing runs that was not checked
// here.
#include <ATen/ops/isfinite.h>

#include <set>

#include "core/error.h"
#include "core/graph/model.h"
#include "core/graph/op.h"
#include "core/graph/ops/judge.h"
#include "core/graph/shapes.h"
#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

constexpr const char* remedy = "Export the model again, or mend its graph.";

[[noreturn]] void refuseGraph(std::string found, std::string expected) {
  throw Error(
      Code::BadModel,
      {.thing = "the graph", .found = std::move(found), .expected = std::move(expected), .remedy = remedy});
}

class Judge {
 public:
  Judge(const Model& model, const Shapes& weightShapes, bool numbers)
      : model_(model), weightShapes_(weightShapes), numbers_(numbers) {}

  Shapes judge(const Shape& inputShape) {
    if (model_.graph.nodes.empty()) refuseGraph("no nodes", "an input node and the ops that follow it");
    for (const auto& node : model_.graph.nodes) {
      name(node);
      const Op& op = findOp(node);
      place(node, op);
      shapes_.emplace(node.name, infer(node, op, inputShape));
    }
    output();
    return std::move(shapes_);
  }

 private:
  void name(const Node& node) const {
    if (node.name.empty())
      refuseGraph("a node without a name (" + node.op + ")", "a unique name for each node");
    // Node-API ends a property's name at a zero.
    const auto cut = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    bool odd = cut(node.name);
    for (const auto& [role, tensor] : node.parameters) odd = odd || cut(tensor);
    if (odd)
      refuseGraph("a name with a zero character in it (" + node.op + ")", "names of visible characters");
    if (shapes_.contains(node.name)) refuseNode(node, "there is another node of that name", "unique names");
  }

  // The one input comes first, and nodes read only what was made before them.
  void place(const Node& node, const Op& op) const {
    if ((op.name == "input") != shapes_.empty())
      refuseNode(node, "it stands in the wrong place", "one input node, the first");
    if (node.inputs.size() != op.inputs) {
      refuseNode(node, std::to_string(node.inputs.size()) + " inputs", std::to_string(op.inputs));
    }
    for (const auto& input : node.inputs) {
      if (!shapes_.contains(input))
        refuseNode(node, "it reads \"" + input + "\"", "a node that stands before it");
    }
  }

  Shape infer(const Node& node, const Op& op, const Shape& inputShape) {
    Operands operands;
    if (op.inputs == 0) operands.inputs.push_back(inputShape);
    for (const auto& input : node.inputs) operands.inputs.push_back(shapes_.at(input));
    for (const auto& role : op.roles) {
      if (auto shape = parameter(node, role)) operands.parameters.emplace(role.name, std::move(*shape));
    }
    for (const auto& [role, tensor] : node.parameters) {
      if (!operands.parameters.contains(role))
        refuseNode(node, "a parameter for \"" + role + "\"", "a role of " + op.name);
    }
    Shape shape = op.infer(node, operands);
    expectSize(node, shape);
    return shape;
  }

  std::optional<Shape> parameter(const Node& node, const Role& role) {
    const auto named = node.parameters.find(role.name);
    if (named == node.parameters.end()) {
      if (role.required) refuseNode(node, "no " + role.name, "the name of its tensor");
      return std::nullopt;
    }
    const auto tensor = model_.tensors.find(named->second);
    if (tensor == model_.tensors.end()) {
      const auto coded = weightShapes_.find(named->second);
      if (coded == weightShapes_.end() || !hasWeight(node))  // codes are read by convs and linears alone
        refuseNode(node, "no tensor \"" + named->second + "\"", "its " + role.name);
      return coded->second;
    }
    judgeTensor(node, role, named->second, tensor->second);
    return tensor->second.sizes().vec();
  }

  void judgeTensor(const Node& node, const Role& role, const std::string& name, const at::Tensor& tensor) {
    if (!tensor.defined() || tensor.scalar_type() != at::kFloat || tensor.layout() != at::kStrided) {
      refuseNode(node, "tensor \"" + name + "\" is of another kind", "dense float32");
    }
    if (tensor.numel() == 0) refuseNode(node, "tensor \"" + name + "\" is empty", "at least one number");
    if (!numbers_) return;
    if (finite_.insert(name).second && !at::isfinite(tensor).all().item<bool>()) {
      refuseNode(node, "tensor \"" + name + "\" holds NaN or infinity", "finite numbers");
    }
    if (role.nonNegative && tensor.min().item<float>() < 0) {
      refuseNode(node, "tensor \"" + name + "\" holds negative numbers", "none for " + role.name);
    }
  }

  void output() const {
    const auto found = shapes_.find(model_.graph.output);
    if (found == shapes_.end()) refuseGraph("output \"" + model_.graph.output + "\"", "the name of a node");
    if (found->second.size() != 1) {
      refuseGraph("an output of shape " + showShape(found->second), "one number for each class: [classes]");
    }
  }

  const Model& model_;
  const Shapes& weightShapes_;
  const bool numbers_;  // whether to look at them
  Shapes shapes_;
  std::set<std::string> finite_;  // tensors already looked at
};

}  // namespace

Shapes check(const Model& model, const Shape& inputShape, const std::map<std::string, Shape>& weightShapes) {
  return Judge(model, weightShapes, /*numbers=*/true).judge(inputShape);
}

Shapes shapesFor(const Model& model, const Shape& inputShape,
                 const std::map<std::string, Shape>& weightShapes) {
  return Judge(model, weightShapes, /*numbers=*/false).judge(inputShape);
}

}  // namespace shellac::graph
