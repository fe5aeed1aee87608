// An observer sees tensors and settles a quantizer's scale and zero point.
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "core/quant/quantizer.h"

namespace shellac::quant {

enum class Observe { MinMax, EdgeMinMax, MovingAverageMinMax, Mse, EmaMse };

class Observer {
 public:
  virtual ~Observer() = default;
  // x: a weight [out, ...] or a batch of a value [n, ...]. Per-channel grids read axis 0 as the channel.
  virtual void observe(const at::Tensor& x) = 0;
  // Throws Error{BadData} when nothing, or nothing finite, was observed. The range always holds 0; a range of
  // no width gives scale 1.
  virtual Quantizer quantizer() const = 0;
};

// MinMax: of all seen. EdgeMinMax: the same on a symmetric grid whose largest magnitude lies at the outer
// edge of the last code's cell (range.h). MovingAverageMinMax: factor 0.1 on the new batch. Mse: min and max
// shrunk jointly by (1 − 0.01·i), 80 candidates, the one of least mean |q(x) − x|²; EmaMse: the same with 95
// candidates on each batch, ranges averaged with 0.9 on the old one (the official code's observers).
std::unique_ptr<Observer> makeObserver(Observe kind, Grid grid);

}  // namespace shellac::quant
