#include "core/loaded_model.h"

#include "core/error.h"
#include "core/graph/shapes.h"
#include "core/graph/unit.h"
#include "core/quant/integer_bias.h"

namespace shellac {
namespace {

void checkCoded(const graph::Model& model, const std::string& name, const quant::QuantizedWeight& weight) {
  const auto& node = model.graph.node(name);
  if (!graph::hasWeight(node) || weight.codes.dim() < 2)
    throw Error(Code::BadModel,
                {.thing = "codes of '" + name + "'",
                 .found = "a " + node.op + " with codes of shape " + showShape(weight.codes.sizes()),
                 .expected = "a conv2d or linear with codes of its weight's shape",
                 .remedy = "quantize the model again"});
  if (!node.parameters.contains("weight"))
    throw Error(Code::BadModel, {.thing = "node '" + name + "' (" + node.op + ")",
                                 .found = "codes, but no weight that they would be",
                                 .expected = "the name of its weight",
                                 .remedy = "quantize the model again"});
  quant::checkCodes(name, weight);
}

void checkRounded(const graph::Model& model, const std::string& value, const quant::Quantizer& quantizer) {
  model.graph.node(value);
  if (quantizer.grid().perChannel)
    throw Error(Code::BadModel, {.thing = "quantizer of value '" + value + "'",
                                 .found = "scales by channel",
                                 .expected = "one scale for all numbers of a value",
                                 .remedy = "quantize the model again"});
}

}  // namespace

graph::Shapes LoadedModel::check() const {
  if (quantization) {
    for (const auto& [name, weight] : quantization->weights) checkCoded(model, name, weight);
    for (const auto& [value, quantizer] : quantization->activations) checkRounded(model, value, quantizer);
  }
  return graph::check(model, model.graph.inputShape, weightShapes());
}

int64_t LoadedModel::classes(const graph::Shape& imageShape) const {
  try {
    const auto shapes = graph::shapesFor(model, imageShape, weightShapes());
    return shapes.at(model.graph.output).back();
  } catch (const Error& error) {
    throw Error(Code::BadData, {.thing = "images",
                                .found = "shape " + showShape(imageShape) + " (" + error.what() + ")",
                                .expected = showShape(model.graph.inputShape) + ", the model's input",
                                .remedy = "load images of that size and number of channels"});
  }
}

graph::Program LoadedModel::program(at::Device device) const {
  const auto nodes = graph::nodesBetween(model.graph, {}, {model.graph.output});
  return graph::Program::whole(
      model.to(device), quantization ? quantization->substitutes(nodes, device) : graph::Substitutes{});
}

std::shared_ptr<const graph::Program> LoadedModel::keptProgram(at::Device device) const {
  return kept.get(device, [&] { return program(device); });
}

std::shared_ptr<const graph::Program> KeptProgram::get(at::Device device,
                                                       const std::function<graph::Program()>& make) const {
  const std::lock_guard lock(mutex_);
  if (device_ != device) {
    program_ = std::make_shared<const graph::Program>(make());
    device_ = device;
  }
  return program_;
}

std::map<std::string, graph::Shape> LoadedModel::weightShapes() const {
  std::map<std::string, graph::Shape> shapes;
  if (quantization)
    for (const auto& [name, weight] : quantization->weights)
      shapes[model.graph.node(name).parameters.at("weight")] = weight.codes.sizes().vec();
  return shapes;
}

LoadedModel quantizedModel(const graph::Model& model, quant::Quantization quantization) {
  LoadedModel loaded{.model = quant::withIntegerBiases(model, quantization),
                     .quantization = std::move(quantization)};
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
