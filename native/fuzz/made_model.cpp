#include "fuzz/made_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/remainder.h>

#include <limits>

#include "core/error.h"
#include "core/graph/op.h"
#include "core/graph/shapes.h"
#include "core/graph/unit.h"

namespace shellac::fuzz {
namespace {

using graph::Attribute;
using graph::Node;
using graph::Shape;

constexpr int64_t mostNumbers = 1 << 16;  // of one tensor

// What ops read, or used to, or might.
constexpr const char* keys[] = {"kernel",   "stride",          "padding",    "dilation", "groups",
                                "ceilMode", "countIncludePad", "outputSize", "heads",    "headDimension",
                                "eps",      "momentum",        "p",          "min",      "max",
                                "factor",   "shift",           "index",      "from",     "to",
                                "scale",    "keepDimensions",  "tanh"};
constexpr int64_t extremes[] = {-1,
                                0,
                                4096,
                                4097,
                                int64_t{1} << 31,
                                int64_t{1} << 53,
                                std::numeric_limits<int64_t>::max(),
                                std::numeric_limits<int64_t>::min()};
constexpr double odd[] = {0.0,
                          -0.0,
                          1e-5,
                          0.1,
                          -1.0,
                          1e308,
                          std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::quiet_NaN()};

class Maker {
 public:
  explicit Maker(FuzzedDataProvider& bytes) : bytes_(bytes) {}

  LoadedModel make() {
    auto& graph = loaded_.model.graph;
    graph.inputShape = {size(4), size(8), size(8)};
    add("input");
    for (auto count = within(0, 10); count > 0 && bytes_.remaining_bytes() > 0; --count)
      add(graph::allOps()[within(1, graph::allOps().size() - 1)].name);
    if (bytes_.ConsumeProbability<float>() < 0.9f) {
      add("flatten");
      add("linear");
    }
    graph.output = rarely() ? bytes_.ConsumeRandomLengthString(8) : graph.nodes.back().name;
    if (bytes_.ConsumeBool()) quantize();
    return std::move(loaded_);
  }

 private:
  int64_t within(int64_t low, int64_t high) { return bytes_.ConsumeIntegralInRange<int64_t>(low, high); }
  bool rarely() { return within(0, 31) == 31; }
  int64_t size(int64_t most) { return rarely() ? bytes_.PickValueInArray(extremes) : within(1, most); }

  void add(const std::string& op) {
    auto& nodes = loaded_.model.graph.nodes;
    Node node{.name = rarely() ? bytes_.ConsumeRandomLengthString(4) : "n" + std::to_string(nodes.size()),
              .op = rarely() ? bytes_.ConsumeRandomLengthString(8) : op,
              .inputs = {},
              .attributes = {},
              .parameters = {}};
    Shape input;
    for (auto count = arity(op); count > 0 && !nodes.empty(); --count) {
      const auto back = rarely() || count > 1 ? within(1, nodes.size()) : 1;
      node.inputs.push_back(nodes[nodes.size() - back].name);
      input = shapeOf(node.inputs.back());
    }
    for (auto count = within(0, 4); count > 0; --count)
      node.attributes[bytes_.PickValueInArray(keys)] = attribute();
    for (const auto& role : rolesOf(op)) parameter(node, role, input);
    nodes.push_back(std::move(node));
  }

  static const graph::Op* find(const std::string& name) {
    for (const auto& op : graph::allOps())
      if (op.name == name) return &op;
    return nullptr;
  }
  static int64_t arity(const std::string& op) { return static_cast<int64_t>(find(op)->inputs); }
  static std::vector<graph::Role> rolesOf(const std::string& op) { return find(op)->roles; }

  // Of a value, as far as the graph is right so far.
  Shape shapeOf(const std::string& value) {
    try {
      auto partial = loaded_.model;
      partial.graph.nodes.push_back({"last", "flatten", {value}, {}, {}});
      partial.graph.output = "last";
      const auto shapes = graph::shapesFor(partial, partial.graph.inputShape);
      return shapes.at(value);
    } catch (const Error&) {
      return {};
    }
  }

  Attribute attribute() {
    switch (within(0, 9)) {
      case 0:
        return bytes_.ConsumeBool();
      case 1:
        return bytes_.PickValueInArray(odd);
      case 2:
        return bytes_.ConsumeRandomLengthString(4);
      case 3:
      case 4: {
        std::vector<int64_t> list;
        for (auto count = within(0, 3); count > 0; --count) list.push_back(size(4));
        return list;
      }
      default:
        return size(4);
    }
  }

  void parameter(Node& node, const graph::Role& role, const Shape& input) {
    if (!role.required && bytes_.ConsumeBool()) return;
    if (rarely()) return;
    const auto name = rarely() ? bytes_.ConsumeRandomLengthString(3) : node.name + "." + role.name;
    node.parameters[role.name] = name;
    const auto shape = rarely() ? anyShape() : fitting(node, role.name, input);
    loaded_.model.tensors.emplace(name, tensor(shape));
  }

  Shape anyShape() {
    Shape shape;
    for (auto rank = within(0, 5); rank > 0; --rank) shape.push_back(within(0, 6));
    return shape;
  }

  Shape fitting(const Node& node, const std::string& role, const Shape& input) {
    if (input.empty()) return anyShape();
    const auto weight = node.parameters.contains("weight") ? loaded_.model.tensors.find(node.name + ".weight")
                                                           : loaded_.model.tensors.end();
    if (role == "bias" && node.op != "batchNorm2d" && node.op != "layerNorm" &&
        weight != loaded_.model.tensors.end() && weight->second.dim() > 0)
      return {weight->second.size(0)};
    if (node.op == "conv2d" && role == "weight") return convolution(node, input);
    if (node.op == "linear" && role == "weight") return {within(1, 8), input.back()};
    if (role == "token") return {1, 1, input.back()};
    if (role == "embedding" && input.size() == 2) return {1, input[0], input[1]};
    if (role == "bits") return {2};
    if (role == "codes" && input.size() == 3) return {2, input[0], input[1], input[2]};
    return {input.size() == 3 ? input.front() : input.back()};
  }

  Shape convolution(const Node& node, const Shape& input) {
    int64_t groups = 1;
    const auto found = node.attributes.find("groups");
    if (found != node.attributes.end())
      if (const auto* number = std::get_if<int64_t>(&found->second))
        if (*number > 0 && input.front() % *number == 0) groups = *number;
    return {groups * within(1, 3), input.front() / groups, within(1, 3), within(1, 3)};
  }

  at::Tensor tensor(const Shape& shape) {
    int64_t count = 1;
    for (const auto axis : shape)
      if (axis < 0 || __builtin_mul_overflow(count, axis, &count) || count > mostNumbers)
        return at::full({1}, 0, at::kFloat);
    const auto kind = rarely() ? (bytes_.ConsumeBool() ? at::kDouble : at::kChar) : at::kFloat;
    if (rarely()) return at::full(shape, bytes_.PickValueInArray(odd), at::kDouble).to(at::kFloat);
    return at::remainder(at::arange(count, at::kFloat), 7).mul(0.25).reshape(shape).to(kind);
  }

  void quantize() {
    quant::Quantization quantization{
        .preset = "fuzz", .weightBits = within(2, 8), .activationBits = {}, .weights = {}, .activations = {}};
    auto& tensors = loaded_.model.tensors;
    for (const auto& node : loaded_.model.graph.nodes) {
      const auto weight = node.parameters.find("weight");
      const bool coded = rarely() || (graph::hasWeight(node) && bytes_.ConsumeBool());
      if (coded && weight != node.parameters.end() && tensors.contains(weight->second)) {
        const auto shape = rarely() ? anyShape() : tensors.at(weight->second).sizes().vec();
        quantization.weights.emplace(node.name, codes(shape));
        if (!rarely()) tensors.erase(weight->second);
      }
      if (bytes_.ConsumeBool()) quantization.activations.emplace(node.name, quantizer(Shape{3}));
    }
    if (rarely()) quantization.activations.emplace("nowhere", quantizer(Shape{1}));
    loaded_.quantization = std::move(quantization);
  }

  quant::Quantizer quantizer(const Shape& shape) {
    const bool symmetric = bytes_.ConsumeBool(), perChannel = rarely() || within(0, 3) == 0;
    const auto channels = rarely() ? within(0, 5) : (perChannel && !shape.empty() ? shape[0] : 1);
    const auto scale = rarely() ? bytes_.PickValueInArray(odd) : 0.25;
    const auto zero = symmetric && !rarely() ? 0 : within(-1, 16);
    const auto bits = rarely() ? within(-1, 70) : within(2, 8);
    return {{bits, symmetric, perChannel},
            at::full({channels}, scale, at::kDouble).to(at::kFloat),
            at::full({channels}, zero, at::TensorOptions().dtype(at::kInt))};
  }

  quant::QuantizedWeight codes(const Shape& shape) {
    auto made = quantizer(shape);
    const auto type = made.grid().symmetric != rarely() ? at::kChar : at::kByte;
    return {std::move(made), at::full(shape, within(0, 3), at::TensorOptions().dtype(type))};
  }

  FuzzedDataProvider& bytes_;
  LoadedModel loaded_;
};

}  // namespace

LoadedModel makeModel(FuzzedDataProvider& bytes) { return Maker(bytes).make(); }

}  // namespace shellac::fuzz
