#include "core/purify/statistics.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/var_mean.h>

#include <algorithm>
#include <vector>

#include "core/purify/map_moments.h"

namespace shellac::purify {

namespace {

constexpr double kInRoot = 1e-6;

struct Axes {
  std::vector<int64_t> reduced;
  int64_t elements = 1;    // that one statistic is made of
  int64_t statistics = 1;  // that a channel has: the samples, or one
  bool maps() const { return reduced.front() != 0; }
};

Axes axesFor(const at::Tensor& y, PdaForm form) {
  Axes axes;
  for (int64_t axis = 2; axis < y.dim(); ++axis) {
    axes.reduced.push_back(axis);
    axes.elements *= y.size(axis);
  }
  if (form == PdaForm::Official && axes.elements > 1) {
    axes.statistics = y.size(0);
    return axes;
  }
  axes.reduced.insert(axes.reduced.begin(), 0);
  axes.elements *= y.size(0);
  return axes;
}

MapMoments momentsOf(const at::Tensor& y, const Axes& axes) {
  if (axes.maps() && y.dim() == 4) return mapMoments(y);
  // A single element varies from nothing.
  const auto [variance, mean] = at::var_mean(y, axes.reduced, axes.elements > 1 ? 1 : 0, /*keepdim=*/true);
  return {.variance = variance, .mean = mean};
}

}  // namespace

StatisticsGap statisticsGap(const at::Tensor& y, const RunningStatistics& running, PdaForm form) {
  const auto axes = axesFor(y, form);
  std::vector<int64_t> perChannel(y.dim(), 1);
  perChannel[1] = y.size(1);
  const auto count = static_cast<double>(axes.elements);
  // Of a single element only the mean pulls.
  const auto freedom = std::max(count - 1, 1.0);
  const auto [variance, mean] = momentsOf(y, axes);
  const auto meanGap = mean - running.mean.view(perChannel);
  const auto wanted = running.variance.view(perChannel);
  at::Tensor spreadGap, slope;
  if (form == PdaForm::Official) {
    const auto deviation = at::sqrt(variance + kInRoot);
    spreadGap = deviation - at::sqrt(wanted + kInRoot);
    slope = spreadGap / deviation * (2 / freedom);
  } else {
    spreadGap = variance - wanted;
    slope = spreadGap * (4 / freedom);
  }
  const auto distance = (meanGap.square().sum() + spreadGap.square().sum()) / axes.statistics;
  return {distance, slope, meanGap * (2 / count) - slope * mean};
}

}  // namespace shellac::purify
