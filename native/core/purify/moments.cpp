#include "core/purify/moments.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace shellac::purify {

namespace {

constexpr int64_t kBlock = 1024;

// Columns handled at once: enough for a matrix product to be worth its call, few enough to be asked to stop
// in time.
int64_t chunkFor(int64_t k) { return std::max<int64_t>(256, (int64_t{1} << 19) / k); }

// The blocks on and above the diagonal of X̂X̂ᵀ: a third less work than the whole for the widest units.
void addGram(at::Tensor& H, const at::Tensor& columns, const Pace& pace) {
  const auto k = H.size(1);
  for (int64_t from = 0; from < k; from += kBlock) {
    pace.alive();
    const auto to = std::min(from + kBlock, k);
    H.slice(1, from, to)
        .slice(2, from, k)
        .baddbmm_(columns.slice(2, from, to).transpose(1, 2), columns.slice(2, from, k));
  }
}

void mirror(at::Tensor& H) {
  const auto k = H.size(1);
  for (int64_t from = 0; from + kBlock < k; from += kBlock) {
    const auto to = from + kBlock;
    H.slice(1, to, k).slice(2, from, to).copy_(H.slice(1, from, to).slice(2, to, k).transpose(1, 2));
  }
}

}  // namespace

double Moments::energy(const at::Tensor& E) const {
  return (at::bmm(E, H) * E).sum(at::kDouble).item<double>();
}

double Moments::loss(const at::Tensor& E) const {
  return r + 2 * (C * E).sum(at::kDouble).item<double>() + energy(E);
}

std::vector<at::Tensor> drawColumns(const LinearPart& part, const Batches& batches, int64_t budget,
                                    at::Generator& generator) {
  int64_t total = 0;
  for (const auto& x : batches) total += x.size(0) * part.positions(x);
  const auto chosen = std::get<0>(at::randperm(total, generator, at::kLong).slice(0, 0, budget).sort());
  std::vector<at::Tensor> drawn;
  int64_t from = 0;
  for (const auto& x : batches) {
    const auto to = from + x.size(0) * part.positions(x);
    drawn.push_back(chosen.masked_select(chosen.ge(from).logical_and_(chosen.lt(to))).sub_(from));
    from = to;
  }
  return drawn;
}

Moments moments(const LinearPart& part, const at::Tensor& weight, const Batches& reference,
                const Batches& corrected, const std::vector<at::Tensor>& drawn, const Pace& pace) {
  const auto W = part.asMatrix(weight);
  const auto k = W.size(2);
  Moments sums{.H = at::zeros({W.size(0), k, k}, W.options()), .C = at::zeros(W.sizes(), W.options())};
  for (size_t b = 0; b < corrected.size(); ++b) {
    for (const auto& indices : drawn[b].to(W.device()).split(chunkFor(k))) {
      pace.alive();
      if (indices.size(0) == 0) continue;
      const auto hat = part.columns(corrected[b], indices);
      const auto drift = at::bmm(part.columns(reference[b], indices).sub_(hat), W.transpose(1, 2));
      addGram(sums.H, hat, pace);
      sums.C.baddbmm_(drift.transpose(1, 2), hat);
      sums.r += drift.square().sum(at::kDouble).item<double>();
      sums.m += indices.size(0);
    }
  }
  mirror(sums.H);
  const auto m = static_cast<double>(sums.m);
  sums.H.div_(m);
  sums.C.div_(m);
  sums.r /= m;
  return sums;
}

}  // namespace shellac::purify
