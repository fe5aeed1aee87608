#include <ATen/TensorOperators.h>
#include <ATen/ops/all.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>

#include "core/error.h"
#include "core/quant/observers/observers.h"

namespace shellac::quant {

void RangeObserver::observe(const at::Tensor& x) {
  if (x.numel() == 0) return;
  const auto fresh = measure(x.detach());
  range_ = range_.min.defined() ? merge(range_, fresh) : fresh;
}

Quantizer RangeObserver::quantizer() const {
  if (!range_.min.defined())
    throw Error(Code::BadData,
                {.thing = "observer", .found = "it has seen no value", .expected = "at least one"});
  if (!(range_.max - range_.min).isfinite().all().item<bool>())
    throw Error(Code::BadData, {.thing = "observer",
                                .found = "values that are not finite, or too large to quantize",
                                .expected = "finite values"});
  return settle(range_);
}

Range unionOf(const Range& seen, const Range& fresh) {
  return {at::minimum(seen.min, fresh.min), at::maximum(seen.max, fresh.max)};
}

Range blend(const Range& seen, const Range& fresh, double share) {
  return {at::lerp(seen.min, fresh.min, share), at::lerp(seen.max, fresh.max, share)};
}

}  // namespace shellac::quant
