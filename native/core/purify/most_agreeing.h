// Several roundings of one model, and the one of them that changes least of what the model says on benign
// images: neither labels nor triggers are read.
#pragma once
#include <cstdint>
#include <vector>

#include "core/data/images.h"
#include "core/quant/weight_rounding.h"

namespace shellac::purify {

struct Agreeing {
  quant::Quantization quantization;  // of the candidate at `chosen`
  size_t chosen = 0;
  std::vector<int64_t>
      agreeing;  // by candidate: images with the top-1 of full precision; empty for one alone
};

// candidates: at least one. Activations are calibrated once, and weights rounded with the same seed for each.
// Of candidates that agree equally often, the last is chosen. Throws Error{BadOption}, Error{BadData},
// Error{Aborted}.
Agreeing quantizeMostAgreeing(const graph::Model& model, const data::Images& images,
                              const quant::Options& options,
                              const std::vector<quant::WeightRounding>& candidates, uint64_t seed,
                              at::Device device, const Job& job);

}  // namespace shellac::purify
