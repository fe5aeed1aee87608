// The range of all that was seen.
#include "core/quant/observers/observers.h"

namespace shellac::quant {

namespace {
class MinMax final : public RangeObserver {
  using RangeObserver::RangeObserver;
  Range merge(const Range& seen, const Range& fresh) const override { return unionOf(seen, fresh); }
};
}  // namespace

std::unique_ptr<Observer> minMax(Grid grid) { return std::make_unique<MinMax>(grid); }

}  // namespace shellac::quant
