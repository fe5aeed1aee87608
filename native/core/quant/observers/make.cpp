#include "core/error.h"
#include "core/quant/observers/observers.h"

namespace shellac::quant {

std::unique_ptr<Observer> makeObserver(Observe kind, Grid grid) {
  switch (kind) {
    case Observe::MinMax:
      return minMax(grid);
    case Observe::EdgeMinMax:
      return edgeMinMax(grid);
    case Observe::MovingAverageMinMax:
      return movingAverageMinMax(grid);
    case Observe::Mse:
      return mse(grid);
    case Observe::EmaMse:
      return emaMse(grid);
  }
  throw Error(Code::Internal, {.thing = "observer", .found = "a kind that the table does not know"});
}

}  // namespace shellac::quant
