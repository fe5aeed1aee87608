#include "core/quant/observers/range_search.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/histc.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace shellac::quant {

namespace {

// The mean squared error of a quantizer: one number, or one a channel.
using Score = std::function<at::Tensor(const Quantizer&)>;

Range search(const Range& widest, const Grid& grid, int64_t candidates, const Score& score) {
  auto best = widest;
  auto least = at::full_like(widest.min, std::numeric_limits<float>::infinity());
  for (int64_t i = 0; i < candidates; ++i) {
    const double share = 1.0 - 0.01 * static_cast<double>(i);
    const Range range{widest.min * share, widest.max * share};
    const auto error = score(quantizerOf(range, grid));
    const auto better = error.lt(least);
    least = at::where(better, error, least);
    best = {at::where(better, range.min, best.min), at::where(better, range.max, best.max)};
  }
  return best;
}

// Rows by rows, so that the temporaries stay in the cache: the search reads them eighty times.
constexpr int64_t kRowElements = 1 << 15;

Range searchChannels(const at::Tensor& x, const Grid& grid, int64_t candidates) {
  const auto rows = x.reshape({x.size(0), -1});
  const auto step = std::max<int64_t>(1, kRowElements / std::max<int64_t>(1, rows.size(1)));
  std::vector<at::Tensor> mins, maxs;
  for (int64_t from = 0; from < rows.size(0); from += step) {
    const auto part = rows.slice(0, from, from + step);
    const auto best = search(rangeOf(part, true), grid, candidates, [&](const Quantizer& quantizer) {
      return quantizer.nearest(part).sub_(part).square_().mean(1);
    });
    mins.push_back(best.min);
    maxs.push_back(best.max);
  }
  return {at::cat(mins), at::cat(maxs)};
}

Range searchTensor(const at::Tensor& x, const Grid& grid, int64_t candidates) {
  const auto widest = rangeOf(x, false);
  const auto low = widest.min.item<double>();
  const auto high = widest.max.item<double>();
  if (!(high > low) || !std::isfinite(high - low)) return widest;  // one value, or nothing finite: nothing to search
  const auto bins = std::max<int64_t>(2048, int64_t{32} << grid.bits);
  const auto counts = at::histc(x, bins, low, high);
  const auto centres = at::arange(bins, x.options()).add_(0.5).mul_((high - low) / static_cast<double>(bins)).add_(low);
  return search(widest, grid, candidates, [&](const Quantizer& quantizer) {
    return quantizer.nearest(centres).sub_(centres).square_().mul_(counts).sum().reshape({1});
  });
}

}  // namespace

Range searchRange(const at::Tensor& x, const Grid& grid, int64_t candidates) {
  return grid.perChannel ? searchChannels(x, grid, candidates) : searchTensor(x, grid, candidates);
}

}  // namespace shellac::quant
