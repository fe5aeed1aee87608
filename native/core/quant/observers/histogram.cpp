#include "core/quant/observers/histogram.h"

#include <ATen/ops/histc.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <vector>

#include "core/parallel.h"
#include "core/quant/range.h"
#include "core/wide.h"

namespace shellac::quant {

namespace {

constexpr int64_t kBlock = 1024;
constexpr int64_t kLeastForThread = 32'768;
// Neighbours are often in one bin, the zeros of a ReLU above all: one count after the other in the same place
// would wait for each other.
constexpr int64_t kLanes = 4;

struct Scale {
  float low, binsPerUnit;
  int32_t last;
};

SHELLAC_WIDE void binsOf(const float* x, int64_t n, Scale scale, int32_t* bins) {
  for (int64_t i = 0; i < n; ++i) {
    const auto bin = static_cast<int32_t>((x[i] - scale.low) * scale.binsPerUnit);
    bins[i] = bin < scale.last ? bin : scale.last;
  }
}

// counts: [bins, lanes].
void count(const float* x, int64_t n, Scale scale, int32_t* counts) {
  std::array<int32_t, kBlock> bins;
  for (int64_t from = 0; from < n; from += kBlock) {
    const auto some = std::min(kBlock, n - from);
    binsOf(x + from, some, scale, bins.data());
    for (int64_t i = 0; i < some; ++i) ++counts[bins[i] * kLanes + i % kLanes];
  }
}

}  // namespace

at::Tensor histogram(const at::Tensor& x, int64_t bins, double low, double high) {
  const auto values = flat(x);
  const auto narrow = !std::isfinite(static_cast<float>(static_cast<double>(bins) / (high - low)));
  if (narrow || !values.is_cpu() || values.scalar_type() != at::kFloat || !values.is_contiguous())
    return at::histc(values, bins, low, high).cpu();
  const Scale scale{.low = static_cast<float>(low),
                    .binsPerUnit = static_cast<float>(static_cast<double>(bins) / (high - low)),
                    .last = static_cast<int32_t>(bins - 1)};
  auto total = at::zeros({bins}, values.options());
  auto* sums = total.data_ptr<float>();
  std::mutex adding;
  const auto* data = values.const_data_ptr<float>();
  inParallel(values.numel(), kLeastForThread, [&](int64_t from, int64_t to) {
    std::vector<int32_t> counts(bins * kLanes);
    count(data + from, to - from, scale, counts.data());
    const std::lock_guard lock(adding);
    for (int64_t i = 0; i < bins * kLanes; ++i) sums[i / kLanes] += static_cast<float>(counts[i]);
  });
  return total;
}

}  // namespace shellac::quant
