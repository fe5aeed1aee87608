// The first tensor's range, then range <- 0.9 · range + 0.1 · the new tensor's.
#include "core/quant/observers/observers.h"

namespace shellac::quant {

namespace {
class MovingAverage final : public RangeObserver {
  using RangeObserver::RangeObserver;
  Range merge(const Range& seen, const Range& fresh) const override { return blend(seen, fresh, 0.1); }
};
}  // namespace

std::unique_ptr<Observer> movingAverageMinMax(Grid grid) { return std::make_unique<MovingAverage>(grid); }

}  // namespace shellac::quant
