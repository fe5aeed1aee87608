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

// Columns handled at once: enough for a matrix product to be worth reading and writing all of H for it, few
// enough to be asked to stop in time.
int64_t chunkFor(int64_t k) { return std::max<int64_t>(512, (int64_t{1} << 19) / k); }

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

MomentSums::MomentSums(const LinearPart& part, const at::Tensor& weight)
    : part_(part),
      W_(part.asMatrix(weight)),
      sums_{.H = at::zeros({W_.size(0), W_.size(2), W_.size(2)}, W_.options()),
            .C = at::zeros(W_.sizes(), W_.options())} {}

void MomentSums::add(const at::Tensor& reference, const at::Tensor& corrected, const at::Tensor& indices,
                     const Pace& pace) {
  if (indices.size(0) == 0) return;
  for (const auto& some : indices.to(W_.device()).split(chunkFor(W_.size(2)))) {
    pace.alive();
    const auto hat = part_.columns(corrected, some);
    const auto drift = at::bmm(part_.columns(reference, some).sub_(hat), W_.transpose(1, 2));
    addGram(sums_.H, hat, pace);
    sums_.C.baddbmm_(drift.transpose(1, 2), hat);
    sums_.r += drift.square().sum(at::kDouble).item<double>();
    sums_.m += some.size(0);
  }
}

Moments MomentSums::finish() {
  mirror(sums_.H);
  const auto m = static_cast<double>(sums_.m);
  sums_.H.div_(m);
  sums_.C.div_(m);
  sums_.r /= m;
  return std::move(sums_);
}

}  // namespace shellac::purify
