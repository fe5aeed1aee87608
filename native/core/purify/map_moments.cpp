#include "core/purify/map_moments.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/var_mean.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "core/wide.h"

namespace shellac::purify {

namespace {

// Adds a row of values to the sums, and of their squares: doubles, in which nothing of a float's square is
// lost.
SHELLAC_WIDE void addRow(const float* row, int64_t channels, double* __restrict sums,
                         double* __restrict squares) {
  for (int64_t c = 0; c < channels; ++c) {
    const double value = row[c];
    sums[c] += value;
    squares[c] += value * value;
  }
}

void sampleMoments(const float* map, int64_t positions, int64_t channels, float* variance, float* mean) {
  std::vector<double> sums(channels), squares(channels);
  for (int64_t p = 0; p < positions; ++p) addRow(map + p * channels, channels, sums.data(), squares.data());
  const auto count = static_cast<double>(positions);
  for (int64_t c = 0; c < channels; ++c) {
    const auto middle = sums[c] / count;
    mean[c] = static_cast<float>(middle);
    variance[c] = static_cast<float>(std::max(squares[c] - sums[c] * middle, 0.0) / (count - 1));
  }
}

}  // namespace

MapMoments mapMoments(const at::Tensor& y) {
  if (!y.is_cpu() || y.scalar_type() != at::kFloat || !y.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    auto [variance, mean] = at::var_mean(y, {2, 3}, /*correction=*/1, /*keepdim=*/true);
    return {.variance = std::move(variance), .mean = std::move(mean)};
  }
  const auto samples = y.size(0), channels = y.size(1), positions = y.size(2) * y.size(3);
  MapMoments moments{.variance = at::empty({samples, channels, 1, 1}, y.options()),
                     .mean = at::empty({samples, channels, 1, 1}, y.options())};
  const auto* values = y.const_data_ptr<float>();
  auto *variance = moments.variance.data_ptr<float>(), *mean = moments.mean.data_ptr<float>();
  inParallel(samples, 1, [&](int64_t from, int64_t to) {
    for (int64_t n = from; n < to; ++n)
      sampleMoments(values + n * positions * channels, positions, channels, variance + n * channels,
                    mean + n * channels);
  });
  return moments;
}

}  // namespace shellac::purify
