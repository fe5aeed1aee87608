// What a model file holds: a graph with its tensors and, when it is a quantized one, codes and quantizers.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/graph/model.h"
#include "core/graph/program.h"
#include "core/quant/quantization.h"

namespace shellac {

// A program that outlives the call for which it was made. It belongs to one model: a copy begins without.
class KeptProgram {
 public:
  KeptProgram() = default;
  KeptProgram(const KeptProgram&) {}
  KeptProgram& operator=(const KeptProgram&) { return *this; }

  // The kept one, or what `make` gives where there is none for the device.
  std::shared_ptr<const graph::Program> get(at::Device device,
                                            const std::function<graph::Program()>& make) const;

 private:
  mutable std::mutex mutex_;
  mutable std::optional<at::Device> device_;
  mutable std::shared_ptr<const graph::Program> program_;
};

struct LoadedModel {
  graph::Model model;
  std::optional<quant::Quantization> quantization = {};
  KeptProgram kept = {};

  // Checks everything, also that codes and quantizers belong to the graph. Throws Error{BadModel},
  // Error{UnsupportedOp}.
  graph::Shapes check() const;
  // Classes that the model tells apart, for images of that shape. Throws Error{BadData} when they do not fit.
  int64_t classes(const graph::Shape& imageShape) const;
  // From images to logits, on the device.
  graph::Program program(at::Device device) const;
  // The same, made once: for callers that come again with few images. Costs the memory of the weights as long
  // as the model lives.
  std::shared_ptr<const graph::Program> keptProgram(at::Device device) const;

 private:
  std::map<std::string, graph::Shape> weightShapes() const;
};

// The quantized model: float tensors that codes replace are dropped, biases are as integer kernels add them
// (core/quant/integer_bias.h).
LoadedModel quantizedModel(const graph::Model& model, quant::Quantization quantization);

// The same model at full precision. Throws Error{BadModel} for one that is already quantized: its weights are
// gone.
const graph::Model& fullPrecision(const LoadedModel& loaded);

}  // namespace shellac
