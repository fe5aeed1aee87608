#include "core/loaded_model.h"

#include "core/error.h"
#include "core/graph/unit.h"

namespace shellac {
namespace {

void checkWeight(const graph::Model& model, const std::string& name, const quant::QuantizedWeight& weight) {
  const auto& node = model.graph.node(name);
  if (!graph::hasWeight(node))
    throw Error(Code::BadModel, {.thing = "codes of '" + name + "'",
                                 .found = "the node is a " + node.op,
                                 .expected = "a conv2d or linear",
                                 .remedy = "quantize the model again"});
  const auto& quantizer = weight.quantizer;
  const auto& codes = weight.codes;
  const auto channels = codes.dim() > 0 ? codes.size(0) : 0;
  if (codes.dim() < 2 || codes.numel() == 0 || (quantizer.grid().perChannel && quantizer.scale().numel() != channels))
    throw Error(Code::BadModel, {.thing = "codes of '" + name + "'",
                                 .found = "shape " + showShape(codes.sizes()) + " with " +
                                          std::to_string(quantizer.scale().numel()) + " scales",
                                 .expected = "a weight's shape and one scale, or one a channel",
                                 .remedy = "quantize the model again"});
  const auto low = codes.min().item<int64_t>(), high = codes.max().item<int64_t>();
  if (low < quantizer.grid().low() || high > quantizer.grid().high())
    throw Error(Code::BadModel, {.thing = "codes of '" + name + "'",
                                 .found = std::to_string(low) + " to " + std::to_string(high),
                                 .expected = std::to_string(quantizer.grid().low()) + " to " +
                                             std::to_string(quantizer.grid().high()) + " at " +
                                             std::to_string(quantizer.grid().bits) + " bits",
                                 .remedy = "quantize the model again"});
}

}  // namespace

graph::Shapes LoadedModel::check() const {
  if (quantization) {
    for (const auto& [name, weight] : quantization->weights) checkWeight(model, name, weight);
    for (const auto& [value, quantizer] : quantization->activations) model.graph.node(value);
  }
  return graph::check(model, model.graph.inputShape, weightShapes());
}

int64_t LoadedModel::classes(const graph::Shape& imageShape) const {
  try {
    const auto shapes = graph::check(model, imageShape, weightShapes());
    return shapes.at(model.graph.output).back();
  } catch (const Error& error) {
    throw Error(Code::BadData, {.thing = "images",
                                .found = "shape " + showShape(imageShape) + " (" + error.what() + ")",
                                .expected = showShape(model.graph.inputShape) + ", the model's input",
                                .remedy = "load images of that size and number of channels"});
  }
}

graph::Reading LoadedModel::reading(at::Device device) const {
  return quantization ? quantization->reading(device) : graph::Reading{};
}

std::map<std::string, graph::Shape> LoadedModel::weightShapes() const {
  std::map<std::string, graph::Shape> shapes;
  if (quantization)
    for (const auto& [name, weight] : quantization->weights)
      shapes[model.graph.node(name).parameters.at("weight")] = weight.codes.sizes().vec();
  return shapes;
}

LoadedModel quantizedModel(const graph::Model& model, quant::Quantization quantization) {
  LoadedModel loaded{.model = model, .quantization = std::move(quantization)};
  for (const auto& [name, weight] : loaded.quantization->weights)
    loaded.model.tensors.erase(model.graph.node(name).parameters.at("weight"));
  return loaded;
}

const graph::Model& fullPrecision(const LoadedModel& loaded) {
  if (loaded.quantization)
    throw Error(Code::BadModel, {.thing = "model",
                                 .found = "it is already quantized",
                                 .expected = "the full-precision model",
                                 .remedy = "load the file that the quantized one was made from"});
  return loaded.model;
}

}  // namespace shellac
