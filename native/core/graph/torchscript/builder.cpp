#include "core/graph/torchscript/builder.h"

#include "core/error.h"
#include "core/graph/op.h"
#include "core/graph/ops/judge.h"

namespace shellac::graph::torchscript {
namespace {

constexpr size_t mostNodes = 10000;

}  // namespace

Builder::Builder(const Shape& inputShape) {
  model_.graph.inputShape = inputShape;
  model_.graph.nodes.push_back(
      {.name = "input", .op = "input", .inputs = {}, .attributes = {}, .parameters = {}});
  shapes_["input"] = inputShape;
  input_ = std::make_shared<Memory>(Memory{.node = "input"});
}

const std::string& Builder::node(const Activation& activation) const {
  if (activation->base && activation->base->version != activation->baseVersion) {
    throw Error(Code::UnsupportedOp,
                {.thing = "the value of node " + activation->node,
                 .found = "an in-place op changes memory that it shares with another value",
                 .expected = "in-place ops on values that are not read again",
                 .remedy = "Use the op that is not in-place there."});
  }
  return activation->node;
}

Activation Builder::emit(const std::string& opName, const std::vector<Activation>& inputs,
                         std::map<std::string, Attribute> attributes,
                         const std::map<std::string, Parameter>& parameters) {
  if (model_.graph.nodes.size() >= mostNodes) {
    throw Error(Code::BadModel, {.thing = "the TorchScript file",
                                 .found = "more than " + std::to_string(mostNodes) + " ops",
                                 .expected = "an image classifier",
                                 .remedy = "Export a smaller model."});
  }
  Node made{.name = uniqueName(opName),
            .op = opName,
            .inputs = {},
            .attributes = std::move(attributes),
            .parameters = {}};
  const Op& op = findOp(made);
  Operands operands;
  for (const auto& input : inputs) {
    made.inputs.push_back(node(input));
    operands.inputs.push_back(shape(input));
  }
  for (const auto& [role, parameter] : parameters) {
    made.parameters[role] = keep(made, role, parameter);
    operands.parameters[role] = parameter.tensor.sizes().vec();
  }
  for (const auto& role : op.roles) {
    if (role.required && !operands.parameters.contains(role.name))
      refuseNode(made, "no " + role.name, "a tensor for it");
  }
  if (!stem_ && opName == "conv2d") stem_ = Stem{made, operands.parameters.at("weight")};
  auto shape = op.infer(made, operands);
  expectSize(made, shape);
  shapes_[made.name] = std::move(shape);
  model_.graph.nodes.push_back(std::move(made));
  return std::make_shared<Memory>(Memory{.node = model_.graph.nodes.back().name});
}

// Half precision widens without loss; anything else that is not float32 is left for `check` to refuse.
std::string Builder::keep(const Node& node, const std::string& role, const Parameter& parameter) {
  const auto name = parameter.name.empty() ? node.name + "." + role : parameter.name;
  const auto type = parameter.tensor.scalar_type();
  const auto tensor = parameter.tensor.detach();
  model_.tensors[name] =
      (type == at::kHalf || type == at::kBFloat16 ? tensor.to(at::kFloat) : tensor).contiguous();
  return name;
}

std::string Builder::uniqueName(const std::string& op) {
  const bool own = scope.leaf && !scope.path.empty();
  const auto wanted = own ? scope.path : (scope.path.empty() ? op : scope.path + "." + op);
  auto name = wanted;
  auto& count = timesWanted_[wanted];
  while (shapes_.contains(name)) name = wanted + "_" + std::to_string(++count);
  return name;
}

Model Builder::finish(const Activation& output) {
  model_.graph.output = node(output);
  check(model_, model_.graph.inputShape);
  return std::move(model_);
}

}  // namespace shellac::graph::torchscript
