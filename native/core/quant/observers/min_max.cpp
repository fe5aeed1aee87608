// The range of all that was seen.
#include "core/quant/observers/observers.h"

namespace shellac::quant {

namespace {
class MinMax : public RangeObserver {
  using RangeObserver::RangeObserver;
  Range merge(const Range& seen, const Range& fresh) const override { return unionOf(seen, fresh); }
};

class EdgeMinMax final : public MinMax {
  using MinMax::MinMax;
  Quantizer settle(const Range& range) const override { return edgeQuantizerOf(range, grid()); }
};
}  // namespace

std::unique_ptr<Observer> minMax(Grid grid) { return std::make_unique<MinMax>(grid); }
std::unique_ptr<Observer> edgeMinMax(Grid grid) { return std::make_unique<EdgeMinMax>(grid); }

}  // namespace shellac::quant
