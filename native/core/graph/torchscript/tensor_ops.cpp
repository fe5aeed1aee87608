// What ATen's tensor ops become in the graph. An op that is not here is refused by name.
#include <algorithm>

#include "core/error.h"
#include "core/graph/torchscript/call.h"

namespace shellac::graph::torchscript {
namespace {

using Attributes = std::map<std::string, Attribute>;
using Parameters = std::map<std::string, Parameter>;

void addParameter(const Call& call, Parameters& parameters, const std::string& role, size_t index) {
  if (!call.absent(index)) parameters[role] = call.parameter(index);
}

// The result shares memory with the input: in-place ops on the one show in the other.
Value viewOf(const Activation& base, Activation made) {
  made->base = base;
  made->baseVersion = base->version;
  return {std::move(made)};
}

// An in-place op: all who hold this memory see the new value. Views of it, and what it is a view of, are
// stale.
Value writeTo(const Activation& memory, const Activation& made) {
  memory->node = made->node;
  ++memory->version;
  if (memory->base) ++memory->base->version;
  if (memory->base) memory->baseVersion = memory->base->version;
  return {memory};
}

Meaning inPlace(const Meaning& meaning) {
  return [meaning](const Call& call) { return writeTo(call.activation(0), *meaning(call).as<Activation>()); };
}

// conv2d(x, weight, bias, stride, padding, dilation, groups)
Value convolution(const Call& call, size_t groups) {
  Parameters parameters;
  addParameter(call, parameters, "weight", 1);
  addParameter(call, parameters, "bias", 2);
  return {call.builder.emit("conv2d", {call.activation(0)},
                            {{"stride", call.integers(3)},
                             {"padding", call.integers(4)},
                             {"dilation", call.integers(5)},
                             {"groups", call.integer(groups)}},
                            parameters)};
}

// _convolution(x, weight, bias, stride, padding, dilation, transposed, outputPadding, groups, ...)
Value tracedConvolution(const Call& call) {
  if (call.flag(6)) call.refuse("it is a transposed convolution");
  return convolution(call, 8);
}

// batch_norm(x, weight, bias, mean, variance, training, momentum, eps, cudnn)
Value batchNorm(const Call& call) {
  if (call.flag(5)) {
    throw Error(Code::BadModel,
                {.thing = "TorchScript op " + call.op + " in " + call.location(),
                 .found = "it uses the statistics of the batch: the model was exported in training mode",
                 .expected = "running statistics",
                 .remedy = "Call model.eval() before torch.jit.trace(model, example).save(path)."});
  }
  Parameters parameters;
  addParameter(call, parameters, "weight", 1);
  addParameter(call, parameters, "bias", 2);
  addParameter(call, parameters, "runningMean", 3);
  addParameter(call, parameters, "runningVar", 4);
  Attributes attributes{{"eps", call.number(7)}};
  if (!call.absent(6)) attributes["momentum"] = call.number(6);
  return {call.builder.emit("batchNorm2d", {call.activation(0)}, attributes, parameters)};
}

Value linear(const Call& call) {
  Parameters parameters;
  addParameter(call, parameters, "weight", 1);
  addParameter(call, parameters, "bias", 2);
  return {call.builder.emit("linear", {call.activation(0)}, {}, parameters)};
}

// addmm(bias, x, weightᵀ, beta, alpha): what older files hold in the place of linear.
Value addmm(const Call& call) {
  if (call.number(3) != 1 || call.number(4) != 1) call.refuse("beta or alpha is not 1");
  auto weight = call.parameter(2);
  weight.tensor = weight.tensor.t();
  return {call.builder.emit("linear", {call.activation(1)}, {},
                            {{"weight", weight}, {"bias", call.parameter(0)}})};
}

Value transpose(const Call& call) {
  auto parameter = call.parameter(0);
  if (parameter.tensor.dim() != 2) call.refuse("it is not the transpose of a linear layer's weight");
  parameter.tensor = parameter.tensor.t();
  return {parameter};
}

Value hardtanh(const Call& call) {
  const auto low = call.absent(1) ? -1.0 : call.number(1), high = call.absent(2) ? 1.0 : call.number(2);
  if (low == 0 && high == 6) return {call.builder.emit("relu6", {call.activation(0)})};
  return {call.builder.emit("hardtanh", {call.activation(0)}, {{"min", low}, {"max", high}})};
}

Value clamp(const Call& call) {
  if (call.absent(1) || call.absent(2)) call.refuse("it has no lower or no upper bound");
  return hardtanh(call);
}

Attributes poolWindow(const Call& call) {
  Attributes attributes{{"kernel", call.integers(1)}, {"padding", call.integers(3)}};
  const auto stride = call.integers(2);
  if (!stride.empty()) attributes["stride"] = stride;  // an empty list stands for the kernel
  return attributes;
}

// max_pool2d(x, kernel, stride, padding, dilation, ceil)
Value maxPool(const Call& call) {
  auto attributes = poolWindow(call);
  attributes["dilation"] = call.integers(4);
  attributes["ceilMode"] = call.flag(5);
  return {call.builder.emit("maxPool2d", {call.activation(0)}, attributes)};
}

// avg_pool2d(x, kernel, stride, padding, ceil, countIncludePad, divisor)
Value avgPool(const Call& call) {
  if (!call.absent(6)) call.refuse("it has a divisor of its own");
  auto attributes = poolWindow(call);
  attributes["ceilMode"] = call.flag(4);
  attributes["countIncludePad"] = call.flag(5);
  return {call.builder.emit("avgPool2d", {call.activation(0)}, attributes)};
}

// A size of None keeps that of the input.
Value adaptiveAvgPool(const Call& call) {
  const auto& shape = call.builder.shape(call.activation(0));
  const auto* list = call.at(1).as<Sequence>();
  if (!list || (*list)->size() != 2 || shape.size() != 3)
    call.refuse("it is not one of two sizes on an image");
  std::vector<int64_t> size;
  for (size_t axis = 0; axis < 2; ++axis) {
    const auto& wanted = (**list)[axis];
    if (!wanted.none() && !wanted.as<int64_t>()) call.refuse("its output size is not known");
    size.push_back(wanted.none() ? shape[axis + 1] : *wanted.as<int64_t>());
  }
  return {call.builder.emit("adaptiveAvgPool2d", {call.activation(0)}, {{"outputSize", size}})};
}

Value add(const Call& call) {
  if (!call.absent(2) && call.number(2) != 1) call.refuse("alpha is not 1");
  if (call.at(1).as<Parameter>()) {
    return {
        call.builder.emit("positionEmbedding", {call.activation(0)}, {}, {{"embedding", call.parameter(1)}})};
  }
  return {call.builder.emit("add", {call.activation(0), call.activation(1)})};
}

// A BN that was traced in training mode counts its batches; batchNorm refuses it next, and says why.
Value addInPlace(const Call& call) { return call.at(0).as<Parameter>() ? call.at(0) : inPlace(add)(call); }

Value flat(const Call& call) {
  const auto x = call.activation(0);
  if (call.builder.shape(x).size() == 1) return {x};
  return viewOf(x, call.builder.emit("flatten", {x}));
}

// flatten(x, start, end): from the first axis after the batch to the last, or those of an image's positions.
Value flatten(const Call& call) {
  const auto rank = static_cast<int64_t>(call.builder.shape(call.activation(0)).size()) + 1;
  const auto start = call.integer(1), end = call.integer(2);
  if (rank == 4 && start == 2 && (end == -1 || end == 3)) return {Positions{call.activation(0)}};
  if ((start != 1 && start != 1 - rank) || (end != -1 && end != rank - 1))
    call.refuse("it does not flatten all axes but the batch");
  return flat(call);
}

// [batch, channels, positions] of an image.
bool flattensPositions(const Shape& image, const std::vector<Value>& sizes) {
  if (image.size() != 3 || sizes.size() != 3 || !sizes[0].as<BatchSize>()) return false;
  const auto *channels = sizes[1].as<int64_t>(), *positions = sizes[2].as<int64_t>();
  return channels && *channels == image[0] && positions &&
         (*positions == -1 || *positions == image[1] * image[2]);
}

// view and reshape(x, sizes): [batch or -1, features or -1], which is a flatten, or the positions of an image
// along one axis.
Value reshape(const Call& call) {
  const auto x = call.activation(0);
  const auto& shape = call.builder.shape(x);
  int64_t features = 1;
  for (const auto size : shape) features *= size;
  if (const auto made = splitGroups(call)) return *made;
  const auto* sizes = call.at(1).as<Sequence>();
  if (sizes && flattensPositions(shape, **sizes)) return {Positions{x}};
  if (!sizes || (*sizes)->size() != 2) call.refuse("it is not a flatten to [batch, features]");
  const auto& batch = (**sizes)[0];
  const auto* first = batch.as<int64_t>();
  const auto* second = (**sizes)[1].as<int64_t>();
  const bool keepsBatch = batch.as<BatchSize>() || (first && *first == -1 && second && *second != -1);
  if (!keepsBatch || !second || (*second != -1 && *second != features))
    call.refuse("it is not a flatten to [batch, features]");
  return flat(call);
}

// mean(x, axes, keepDimensions, dtype), over the spatial axes.
Value mean(const Call& call) {
  const auto x = call.activation(0);
  auto axes = call.integers(1);
  const auto rank = static_cast<int64_t>(call.builder.shape(x).size()) + 1;
  for (auto& axis : axes) axis = axis < 0 ? axis + rank : axis;
  const bool spatial =
      rank == 4 && (axes == std::vector<int64_t>{2, 3} || axes == std::vector<int64_t>{3, 2});
  if (!spatial || !call.absent(3)) call.refuse("it is not the mean over height and width");
  return {call.builder.emit("mean", {x}, {{"keepDimensions", call.flag(2)}})};
}

// dropout(x, p, training): whether it drops is decided when the graph runs, not by the file.
Value dropout(const Call& call) {
  const auto x = call.activation(0);
  return viewOf(x, call.builder.emit("dropout", {x}, {{"p", call.number(1)}}));
}

Meaning plain(const char* op) {
  return [op](const Call& call) -> Value { return {call.builder.emit(op, {call.activation(0)})}; };
}

// Another name for the same value: of memory layout, device and autograd the graph knows nothing.
Value alias(const Call& call) { return call.at(0); }

// to(x, dtype, ...) and to(x, device, dtype, ...), while it stays float32.
Value to(const Call& call) {
  constexpr int64_t float32 = 6;
  const auto keeps = [&](size_t index) {
    return call.absent(index) || call.at(index).as<Unknown>() || call.at(index).as<bool>();
  };
  for (size_t index = 1; index < std::min<size_t>(3, call.arguments.size()); ++index) {
    if (!keeps(index) && call.integer(index) != float32) call.refuse("it turns numbers into another type");
  }
  return alias(call);
}

const std::map<std::string, Meaning>& convolutionalOps() {
  static const std::map<std::string, Meaning> meanings = {
      {"aten::conv2d", [](const Call& call) { return convolution(call, 6); }},
      {"aten::_convolution", tracedConvolution},
      {"aten::batch_norm", batchNorm},
      {"aten::linear", linear},
      {"aten::addmm", addmm},
      {"aten::t", transpose},
      {"aten::relu", plain("relu")},
      {"aten::relu_", inPlace(plain("relu"))},
      {"aten::relu6", plain("relu6")},
      {"aten::relu6_", inPlace(plain("relu6"))},
      {"aten::hardswish", plain("hardswish")},
      {"aten::hardswish_", inPlace(plain("hardswish"))},
      {"aten::sigmoid", plain("sigmoid")},
      {"aten::sigmoid_", inPlace(plain("sigmoid"))},
      {"aten::silu", plain("silu")},
      {"aten::silu_", inPlace(plain("silu"))},
      {"aten::hardsigmoid", plain("hardsigmoid")},
      {"aten::hardsigmoid_", inPlace(plain("hardsigmoid"))},
      {"aten::hardtanh", hardtanh},
      {"aten::hardtanh_", inPlace(hardtanh)},
      {"aten::clamp", clamp},
      {"aten::clamp_", inPlace(clamp)},
      {"aten::max_pool2d", maxPool},
      {"aten::avg_pool2d", avgPool},
      {"aten::adaptive_avg_pool2d", adaptiveAvgPool},
      {"aten::add", add},
      {"aten::add_", addInPlace},
      {"aten::flatten", flatten},
      {"aten::view", reshape},
      {"aten::reshape", reshape},
      {"aten::mean", mean},
      {"aten::dropout", dropout},
      {"aten::dropout_", inPlace(dropout)},
      {"aten::feature_dropout", dropout},
      {"aten::feature_dropout_", inPlace(dropout)},
      {"aten::contiguous", alias},
      {"aten::detach", alias},
      {"aten::to", to},
  };
  return meanings;
}

}  // namespace

const std::map<std::string, Meaning>& tensorOps() {
  static const auto all = [] {
    auto meanings = transformerOps();
    meanings.merge(gateOps());
    meanings.insert(convolutionalOps().begin(), convolutionalOps().end());
    return meanings;
  }();
  return all;
}

}  // namespace shellac::graph::torchscript
