// What a model file holds: a graph with its tensors and, when it is a quantized one, codes and quantizers.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/graph/executor.h"
#include "core/graph/model.h"
#include "core/quant/quantization.h"

namespace shellac {

struct LoadedModel {
  graph::Model model;
  std::optional<quant::Quantization> quantization = {};

  // Checks everything, also that codes and quantizers belong to the graph. Throws Error{BadModel},
  // Error{UnsupportedOp}.
  graph::Shapes check() const;
  // Classes that the model tells apart, for images of that shape. Throws Error{BadData} when they do not fit.
  int64_t classes(const graph::Shape& imageShape) const;
  graph::Reading reading(at::Device device) const;

 private:
  std::map<std::string, graph::Shape> weightShapes() const;
};

// The quantized model: float tensors that codes replace are dropped.
LoadedModel quantizedModel(const graph::Model& model, quant::Quantization quantization);

// The same model at full precision. Throws Error{BadModel} for one that is already quantized: its weights are
// gone.
const graph::Model& fullPrecision(const LoadedModel& loaded);

}  // namespace shellac
