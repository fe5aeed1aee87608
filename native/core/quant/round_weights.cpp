#include "core/quant/round_weights.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include "core/error.h"
#include "core/quant/placement.h"

namespace shellac::quant {

namespace {

void checkBits(int64_t bits) {
  if (bits < 2 || bits > 8)
    throw Error(Code::BadOption,
                {.thing = "weight bits", .found = std::to_string(bits) + " bits", .expected = "2 to 8"});
}

Fit fitOf(const Preset& preset, int64_t bits) {
  const Grid grid{.bits = bits, .symmetric = preset.weightSymmetric, .perChannel = preset.weightPerChannel};
  return [grid, kind = preset.weightObserver](const at::Tensor& weight) {
    const auto observer = makeObserver(kind, grid);
    observer->observe(weight);
    return observer->quantizer();
  };
}

}  // namespace

std::map<std::string, QuantizedWeight> roundWeights(const graph::Model& model, const Options& options,
                                                    const WeightRounding& rounding, uint64_t seed,
                                                    const Job& job) {
  const at::NoGradGuard noGrad;
  checkBits(options.weightBits);
  const auto& preset = findPreset(options.preset);
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::map<std::string, QuantizedWeight> weights;
  for (const auto& [name, bits] : placement(model.graph, options).weights) {
    job.checkpoint();
    const auto weight = model.parameter(model.graph.node(name), "weight").detach();
    weights.emplace(name, rounding(weight, fitOf(preset, bits), generator));
  }
  return weights;
}

}  // namespace shellac::quant
