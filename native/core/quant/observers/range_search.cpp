#include "core/quant/observers/range_search.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/isfinite.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.h"
#include "core/quant/observers/histogram.h"
#include "core/quant/observers/squared_error.h"

namespace shellac::quant {

namespace {

// All candidates of each range, [ranges, candidates], and the quantizers that they make.
struct Candidates {
  Range ranges;
  Quantizer quantizers;
  int64_t each;
};

Candidates shrink(const Range& widest, const Grid& grid, int64_t each) {
  const auto shares =
      at::arange(each, widest.min.options().dtype(at::kDouble)).mul_(-0.01).add_(1).to(at::kFloat);
  const Range ranges{widest.min.unsqueeze(1) * shares, widest.max.unsqueeze(1) * shares};
  const Grid one{.bits = grid.bits, .symmetric = grid.symmetric, .perChannel = true};
  return {ranges, quantizerOf({ranges.min.flatten(), ranges.max.flatten()}, one), each};
}

// The index of the candidate that serves the row best.
int64_t best(const Candidates& all, int64_t row, const WeightedValues& values) {
  const auto& grid = all.quantizers.grid();
  const auto* scale = all.quantizers.scale().const_data_ptr<float>() + row * all.each;
  const auto* zeroPoint = all.quantizers.zeroPoint().const_data_ptr<int32_t>() + row * all.each;
  int64_t winner = 0;
  auto least = std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < all.each; ++i) {
    const auto error = squaredError(values, scale[i], static_cast<float>(grid.low() - zeroPoint[i]),
                                    static_cast<float>(grid.high() - zeroPoint[i]));
    if (!(error < least)) continue;
    least = error;
    winner = i;
  }
  return winner;
}

Range pick(const Candidates& all, const at::Tensor& winners) {
  const auto index = winners.unsqueeze(1);
  return {all.ranges.min.gather(1, index).squeeze(1), all.ranges.max.gather(1, index).squeeze(1)};
}

bool searchable(const Range& widest) { return (widest.max - widest.min).isfinite().all().item<bool>(); }

Range searchChannels(const at::Tensor& x, const Grid& grid, int64_t candidates) {
  const auto rows = x.cpu().reshape({x.size(0), -1}).contiguous();
  const auto widest = rangeOf(rows, true);
  if (!searchable(widest)) return widest;  // the observer will refuse it
  const auto all = shrink(widest, grid, candidates);
  const auto winners = at::empty({rows.size(0)}, at::kLong);
  const auto k = rows.size(1);
  const auto* data = rows.const_data_ptr<float>();
  auto* winner = winners.data_ptr<int64_t>();
  inParallel(rows.size(0), 1, [&](int64_t from, int64_t to) {
    for (int64_t row = from; row < to; ++row) winner[row] = best(all, row, {data + row * k, nullptr, k});
  });
  const auto found = pick(all, winners);
  return {found.min.to(x.device()), found.max.to(x.device())};
}

Range searchTensor(const at::Tensor& x, const Grid& grid, int64_t candidates) {
  const auto range = rangeOf(x, false);
  const Range widest{range.min.cpu(), range.max.cpu()};
  const auto low = widest.min.item<double>(), high = widest.max.item<double>();
  if (!searchable(widest) || !(high > low)) return range;  // one value, or nothing finite: nothing to search
  const auto bins = std::max<int64_t>(2048, int64_t{32} << grid.bits);
  const auto counts = histogram(x, bins, low, high);
  const auto width = (high - low) / static_cast<double>(bins);
  const auto centres = at::arange(bins, counts.options()).add_(0.5).mul_(width).add_(low);
  const auto all = shrink(widest, grid, candidates);
  const auto winner = best(all, 0, {centres.const_data_ptr<float>(), counts.const_data_ptr<float>(), bins});
  const auto found = pick(all, at::full({1}, winner, at::kLong));
  return {found.min.to(x.device()), found.max.to(x.device())};
}

}  // namespace

Range searchRange(const at::Tensor& x, const Grid& grid, int64_t candidates) {
  return grid.perChannel ? searchChannels(x, grid, candidates) : searchTensor(x, grid, candidates);
}

}  // namespace shellac::quant
