// What rounding did to each conv and linear: traces that single attacks leave.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/job.h"
#include "core/loaded_model.h"

namespace shellac::audit {

struct Rounding {
  int64_t weights = 0;
  int64_t flipped = 0;    // codes that are not the nearest ones
  int64_t zero = 0;       // codes whose value is 0
  int64_t collapsed = 0;  // of `rows`, those whose codes are all the same
  int64_t rows = 0;       // output channels
  // Weights by their distance from the border between two codes: bin i counts i .. i + 1 times kBorderBin
  // steps, to either side. Weights beyond the last border, of a symmetric grid the last positive one to both
  // sides, or beside it are left out (`bordering` counts the others): the largest weight of every model lies
  // there. A weight that lies anywhere falls into each bin with probability 2 · kBorderBin.
  std::vector<int64_t> border;
  int64_t bordering = 0;
};

constexpr double kBorderBin = 2e-3;
constexpr int64_t kBorderBins = 50;

// weight: float32, of the codes' shape.
Rounding roundingOf(const at::Tensor& weight, const quant::QuantizedWeight& rounded);

struct Layer {
  std::string name;
  int64_t bits = 0;
  Rounding rounding;
  // Σ(q − f)²/Σf² over the unit's output on the images, each model on its own inputs.
  double drift = 0;
};

// Of the layers that both models have under the same name, with weights of the same shape, in the graph's
// order. images: a few; all their values are in memory at once.
std::vector<Layer> layersOf(const LoadedModel& fullPrecision, const LoadedModel& quantized,
                            const data::Images& images, at::Device device, const Job& job);

}  // namespace shellac::audit
