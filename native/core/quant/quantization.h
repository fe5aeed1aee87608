// What makes a model a quantized one: codes for the weights, quantizers for the values that convs and linears
// read.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/graph/model.h"
#include "core/graph/program.h"
#include "core/job.h"
#include "core/quant/preset.h"
#include "core/quant/quantizer.h"

namespace shellac::quant {

struct QuantizedWeight {
  Quantizer quantizer;
  at::Tensor codes;  // the weight's shape
};

// How a quantized convolution multiplies. Quick: codes, as whole numbers, where that pays; its sums are
// exact, and so not those of floats to the last bit.
enum class Arithmetic { Float, Quick };

struct Quantization {
  std::string preset;
  int64_t weightBits = 4;
  std::optional<int64_t> activationBits = {};
  std::map<std::string, QuantizedWeight> weights;  // by conv or linear node name
  std::map<std::string, Quantizer> activations;  // by value name; one quantizer serves all who read the value

  // For a program that runs these nodes: reads weights from their codes and rounds the values that have a
  // quantizer. Codes are turned into floats once, here, on the device.
  graph::Substitutes substitutes(const std::vector<const graph::Node*>& nodes, at::Device device,
                                 Arithmetic arithmetic = Arithmetic::Float) const;
};

struct Options {
  std::string preset = "mse";
  int64_t weightBits = 4;                 // 2 .. 8
  std::optional<int64_t> activationBits;  // 2 .. 8, none: values stay float
  int64_t batch = 32;
};

// A node's weight and input in whole numbers; none where that does not pay on the device, where what it reads
// is not rounded or has no bytes, or where codes less their zero point are more than a byte.
std::optional<graph::IntegerWeight> integerWeight(const graph::Node& node, const QuantizedWeight& weight,
                                                  const std::map<std::string, Quantizer>& activations,
                                                  at::Device device);

// Somebody else who wants to see values of the full-precision model while they are made for the ranges.
struct Onlooker {
  std::vector<std::string> values;
  // Each batch: int64 indices of its images, on the CPU, and the values in their order, not to be written to.
  std::function<void(const at::Tensor& indices, const std::vector<at::Tensor>& values)> see;
};

// Nearest rounding. Placement (field's convention): the weight of every conv and linear, and the value that
// each of them reads, network input included; adds, pooling and BN are not quantized; an add reads the
// already quantized value. Activation ranges come from the calibration images run through the full-precision
// model.
Quantization quantizeNearest(const graph::Model& model, const data::Images& calibration,
                             const Options& options, at::Device device, const Job& job,
                             const Onlooker& onlooker = {});

// Throws Error{BadData} unless there are images and they are what the model reads.
void checkCalibration(const graph::Model& model, const data::Images& calibration);

// Throws Error{BadModel} by node name unless codes and quantizer fit each other: type, channels, range (for
// codes that come from a file; the graph's check compares their shape with the node).
void checkCodes(const std::string& node, const QuantizedWeight& weight);

// The two halves of quantizeNearest. Bits of the first conv, the last linear and what they read follow the
// preset's edgeBits. Without activation bits there is no pass, and nothing to be seen.
std::map<std::string, QuantizedWeight> quantizeWeights(const graph::Model& model, const Options& options,
                                                       const Job& job = Job());
std::map<std::string, Quantizer> calibrateActivations(const graph::Model& model,
                                                      const data::Images& calibration, const Options& options,
                                                      at::Device device, const Job& job,
                                                      const Onlooker& onlooker = {});

}  // namespace shellac::quant
