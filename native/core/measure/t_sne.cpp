#include "core/measure/t_sne.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/where.h>
#include <ATen/ops/xlogy.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace shellac::measure {
namespace {

constexpr int64_t kSearchSteps = 64;  // of the bisection
constexpr double kExaggeration = 12, kFirstMomentum = 0.5, kMomentum = 0.8, kSpread = 1e-4;

at::Tensor squaredDistances(const at::Tensor& points) {
  const auto squares = points.square().sum(1, /*keepdim=*/true);
  auto distances = (squares + squares.t() - 2 * points.matmul(points.t())).clamp_min_(0);
  distances.fill_diagonal_(0);
  return distances;
}

// Rows of p_j|i for precisions β [n, 1]. The nearest neighbour's distance is taken off first, so that no row
// underflows; it cancels.
at::Tensor conditional(const at::Tensor& distances, const at::Tensor& beta) {
  auto weights = (distances * -beta).exp_();
  weights.fill_diagonal_(0);
  return weights.div_(weights.sum(1, /*keepdim=*/true));
}

// (1 + ‖y_i − y_j‖²)⁻¹, 0 for a point and itself.
at::Tensor nearness(const at::Tensor& places) {
  return squaredDistances(places).add_(1).reciprocal_().fill_diagonal_(0);
}

at::Tensor entropies(const at::Tensor& rows) { return -at::xlogy(rows, rows).sum(1, /*keepdim=*/true); }

at::Tensor fromNearest(at::Tensor distances) {
  distances.fill_diagonal_(std::numeric_limits<double>::infinity());
  distances.sub_(distances.amin(1, /*keepdim=*/true));
  return distances.fill_diagonal_(0);
}

}  // namespace

at::Tensor conditionalAffinities(const at::Tensor& points, double perplexity, const Job& job) {
  const auto distances = fromNearest(squaredDistances(points.to(at::kDouble)));
  const auto n = points.size(0);
  const auto wanted = std::log(perplexity);
  auto beta = at::full({n, 1}, 1.0, distances.options());
  auto low = at::zeros_like(beta), high = at::full_like(beta, std::numeric_limits<double>::infinity());
  for (int64_t step = 0; step < kSearchSteps; ++step) {
    job.checkpoint();
    const auto wide = entropies(conditional(distances, beta)) > wanted;  // β is too small
    low = at::where(wide, beta, low);
    high = at::where(wide, high, beta);
    beta = at::where(high.isinf(), beta * 2, (low + high) / 2);
  }
  return conditional(distances, beta);
}

at::Tensor jointAffinities(const at::Tensor& rows) {
  return (rows + rows.t()) / static_cast<double>(2 * rows.size(0));
}

double divergence(const at::Tensor& P, const at::Tensor& places) {
  const auto near = nearness(places);
  const auto Q = at::clamp_min(near / near.sum(), std::numeric_limits<double>::min());
  return (at::xlogy(P, P).sum() - at::xlogy(P, Q).sum()).item<double>();
}

at::Tensor divergenceGradient(const at::Tensor& P, const at::Tensor& places) {
  const auto near = nearness(places);
  const auto pull = (near / near.sum()).neg_().add_(P).mul_(near);
  return 4 * (pull.sum(1, /*keepdim=*/true) * places - pull.matmul(places));
}

Embedding tSne(const at::Tensor& points, const TsneOptions& options, const Job& job) {
  const c10::NoGradGuard noGrad;
  const auto n = points.size(0);
  const auto P = jointAffinities(conditionalAffinities(points, options.perplexity, job));
  const auto exaggerated = kExaggeration * P;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(options.seed);
  auto places = (kSpread * at::randn({n, 2}, generator, at::kDouble)).to(points.device());
  auto velocity = at::zeros_like(places), gains = at::ones_like(places);
  const auto early = options.iterations / 4;
  const auto rate = std::max(static_cast<double>(n) / (4 * kExaggeration), 50.0);
  for (int64_t step = 0; step < options.iterations; ++step) {
    job.checkpoint({.stage = "t-sne", .step = step, .steps = options.iterations});
    const auto gradient = divergenceGradient(step < early ? exaggerated : P, places);
    const auto onward = (gradient * velocity) < 0;
    gains = at::where(onward, gains + 0.2, gains * 0.8).clamp_min_(0.01);
    velocity = (step < early ? kFirstMomentum : kMomentum) * velocity - rate * gains * gradient;
    places = places + velocity;
    places -= places.mean(0, /*keepdim=*/true);
  }
  return {places.cpu(), divergence(P, places)};
}

}  // namespace shellac::measure
