// The two observers of the official LAC code. Each tensor's range is searched (range_search.h); `mse` keeps
// the union of what was found, `emaMse` blends it in with a share of 0.1.
#include "core/quant/observers/observers.h"
#include "core/quant/observers/range_search.h"

namespace shellac::quant {

namespace {

class Mse final : public RangeObserver {
  using RangeObserver::RangeObserver;
  Range measure(const at::Tensor& x) const override { return searchRange(x, grid(), 80); }
  Range merge(const Range& seen, const Range& fresh) const override { return unionOf(seen, fresh); }
};

class EmaMse final : public RangeObserver {
  using RangeObserver::RangeObserver;
  Range measure(const at::Tensor& x) const override { return searchRange(x, grid(), 95); }
  Range merge(const Range& seen, const Range& fresh) const override { return blend(seen, fresh, 0.1); }
};

}  // namespace

std::unique_ptr<Observer> mse(Grid grid) { return std::make_unique<Mse>(grid); }
std::unique_ptr<Observer> emaMse(Grid grid) { return std::make_unique<EmaMse>(grid); }

}  // namespace shellac::quant
