#include "core/purify/early_values.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>

namespace shellac::purify {

EarlyValues::EarlyValues(const std::vector<Join>& joins, const at::Tensor& order, int64_t batch)
    : batch_(batch) {
  const auto* index = order.const_data_ptr<int64_t>();
  for (const auto& join : joins) {
    if (join.from == 0) continue;
    for (int64_t i = join.from; i < join.to; ++i) places_[index[i]] = i;
    for (const auto& value : join.live)
      kept_[value][join.from] = {.from = join.from, .images = join.to - join.from, .batches = {}};
  }
}

quant::Onlooker EarlyValues::onlooker() {
  quant::Onlooker onlooker;
  for (const auto& [value, joins] : kept_) onlooker.values.push_back(value);
  onlooker.see = [this](const at::Tensor& indices, const std::vector<at::Tensor>& values) {
    size_t i = 0;
    for (auto& [name, joins] : kept_) {
      for (auto& [from, kept] : joins) see(kept, indices, values[i]);
      ++i;
    }
  };
  return onlooker;
}

// Laid out as the stream would make it: a batch that is a view of something larger would keep all of that.
void EarlyValues::see(Kept& kept, const at::Tensor& indices, const at::Tensor& value) const {
  const auto* index = indices.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < indices.size(0); ++i) {
    const auto place = places_.find(index[i]);
    if (place == places_.end()) continue;
    const auto row = place->second - kept.from;
    if (row < 0 || row >= kept.images) continue;
    if (kept.batches.empty())
      for (int64_t from = 0; from < kept.images; from += batch_) {
        auto sizes = value.sizes().vec();
        sizes[0] = std::min(batch_, kept.images - from);
        kept.batches.push_back(
            at::empty(sizes, value.options().memory_format(value.suggest_memory_format())));
      }
    kept.batches[row / batch_][row % batch_].copy_(value[i]);
    ++kept.seen;
  }
}

std::optional<Batches> EarlyValues::take(int64_t from, const std::string& value) {
  const auto joins = kept_.find(value);
  if (joins == kept_.end()) return std::nullopt;
  const auto found = joins->second.extract(from);
  if (found.empty() || found.mapped().seen < found.mapped().images) return std::nullopt;
  return std::move(found.mapped().batches);
}

}  // namespace shellac::purify
