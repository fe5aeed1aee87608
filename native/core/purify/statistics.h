// How far the statistics of a BN's input y are from the running ones, and which way y would have to go.
//   official: for each sample by itself, over its map:  Σ_c (μ̂ − μ)² + (ŝd − sd)², the mean of the samples;
//             sd = sqrt(var + 1e-6)
//   paper:    for the whole batch:                      Σ_c (μ̂ − μ)² + (v̂ar − var)²
// Variances are unbiased. Of a map of one element there is no variance (the official code gets NaN, whose
// sign is 0, and moves nothing): there the batch's statistics stand in for the sample's, deviation and all.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/purify/purify.h"

namespace shellac::purify {

struct RunningStatistics {
  at::Tensor mean, variance;  // [channels]
};

struct StatisticsGap {
  at::Tensor distance;  // one number
  // The gradient for y is slope · y + offset, with one pair a channel (and sample).
  at::Tensor slope, offset;
};

StatisticsGap statisticsGap(const at::Tensor& y, const RunningStatistics& running, PdaForm form);

}  // namespace shellac::purify
