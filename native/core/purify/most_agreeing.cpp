#include "core/purify/most_agreeing.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "core/loaded_model.h"
#include "core/measure/predictions.h"
#include "core/quant/round_weights.h"

namespace shellac::purify {

namespace {

constexpr int64_t kBatch = 128;  // images at once

std::map<std::string, quant::QuantizedWeight> onCpu(std::map<std::string, quant::QuantizedWeight> weights) {
  for (auto& [name, weight] : weights)
    weight = {weight.quantizer.to(at::kCPU), weight.codes.to(at::kCPU).contiguous()};
  return weights;
}

// Compares quantizations of one model with the model.
class Judge {
 public:
  Judge(const graph::Model& model, const data::Images& images, at::Device device, const Job& job)
      : model_(model), images_(images), device_(device), job_(job), wanted_(predictions({.model = model})) {}

  int64_t agreeing(const quant::Quantization& quantization) const {
    return (predictions(quantizedModel(model_, quantization)) == wanted_).sum().item<int64_t>();
  }

 private:
  at::Tensor predictions(const LoadedModel& loaded) const {
    return measure::predictAll(loaded.program(device_), images_, kBatch, device_, job_);
  }

  const graph::Model& model_;
  const data::Images& images_;
  at::Device device_;
  const Job& job_;
  at::Tensor wanted_;
};

}  // namespace

Agreeing quantizeMostAgreeing(const graph::Model& model, const data::Images& images,
                              const quant::Options& options,
                              const std::vector<quant::WeightRounding>& candidates, uint64_t seed,
                              at::Device device, const Job& job) {
  const at::NoGradGuard noGrad;
  const quant::Quantization frame{
      .preset = options.preset,
      .weightBits = options.weightBits,
      .activationBits = options.activationBits,
      .activations = quant::calibrateActivations(model, images, options, device, job)};
  const auto there = model.to(device);
  const auto rounded = [&](const quant::WeightRounding& rounding) {
    auto quantization = frame;
    quantization.weights = onCpu(quant::roundWeights(there, options, rounding, seed, job));
    return quantization;
  };
  if (candidates.size() == 1) return {.quantization = rounded(candidates.front())};
  const Judge judge(model, images, device, job);
  Agreeing best;
  for (size_t at = 0; at < candidates.size(); ++at) {
    job.checkpoint({.stage = "search",
                    .unit = static_cast<int64_t>(at),
                    .units = static_cast<int64_t>(candidates.size())});
    auto quantization = rounded(candidates[at]);
    best.agreeing.push_back(judge.agreeing(quantization));
    if (best.agreeing.back() < best.agreeing[best.chosen]) continue;
    best.chosen = at;
    best.quantization = std::move(quantization);
  }
  return best;
}

}  // namespace shellac::purify
