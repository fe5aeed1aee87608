// One function a kind; makeObserver is their table.
#pragma once
#include <memory>

#include "core/quant/observer.h"
#include "core/quant/range.h"

namespace shellac::quant {

std::unique_ptr<Observer> minMax(Grid grid);
std::unique_ptr<Observer> edgeMinMax(Grid grid);
std::unique_ptr<Observer> movingAverageMinMax(Grid grid);
std::unique_ptr<Observer> mse(Grid grid);
std::unique_ptr<Observer> emaMse(Grid grid);

// An observer that keeps one range and folds each tensor's into it.
class RangeObserver : public Observer {
 public:
  explicit RangeObserver(Grid grid) : grid_(grid) {}
  void observe(const at::Tensor& x) final;
  Quantizer quantizer() const final;

 protected:
  const Grid& grid() const { return grid_; }
  virtual Range measure(const at::Tensor& x) const { return rangeOf(x, grid_.perChannel); }
  virtual Range merge(const Range& seen, const Range& fresh) const = 0;
  virtual Quantizer settle(const Range& range) const { return quantizerOf(range, grid_); }

 private:
  Grid grid_;
  Range range_;
};

// The two ways to merge.
Range unionOf(const Range& seen, const Range& fresh);
Range blend(const Range& seen, const Range& fresh, double share);  // (1 − share) · seen + share · fresh

}  // namespace shellac::quant
