#include "core/measure/record.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "core/graph/layout.h"
#include "core/measure/checks.h"
#include "core/part.h"

namespace shellac::measure {
namespace {

// [channels, n · positions]
at::Tensor asColumns(const at::Tensor& value) {
  return value.movedim(graph::channelAxis(value), 0).reshape({value.size(graph::channelAxis(value)), -1});
}

std::vector<std::string> namesOf(const std::vector<Wanted>& wanted) {
  std::vector<std::string> names;
  for (const auto& one : wanted)
    if (std::find(names.begin(), names.end(), one.value) == names.end()) names.push_back(one.value);
  return names;
}

}  // namespace

Record::Record(const Wanted& wanted, const Sampling& sampling, int64_t images)
    : wanted_(wanted), sampling_(sampling), images_(images) {}

at::Tensor Record::draw(int64_t positions) const {
  if (images_ * positions <= sampling_.limit) return {};
  auto generator = at::make_generator<at::CPUGeneratorImpl>(sampling_.seed);
  return std::get<0>(at::randint(images_ * positions, {sampling_.limit}, generator, at::kLong).sort());
}

void Record::add(const at::Tensor& value) {
  const c10::NoGradGuard noGrad;
  auto columns = asColumns(value);
  const auto n = value.size(0), positions = columns.size(1) / n;
  if (seen_ == 0) drawn_ = draw(positions);
  if (drawn_.defined()) {
    const auto from = seen_ * positions, to = (seen_ + n) * positions;
    const auto mine = drawn_.masked_select((drawn_ >= from) & (drawn_ < to)) - from;
    columns = columns.index_select(1, mine.to(columns.device()));
  }
  if (!wanted_.channels.empty()) {
    for (const auto channel : wanted_.channels) checkChannel(wanted_.value, value, channel);
    columns = columns.index_select(
        0, at::tensor(wanted_.channels, at::TensorOptions(columns.device()).dtype(at::kLong)));
  }
  columns_.push_back(columns.cpu());
  seen_ += n;
}

at::Tensor Record::finish() const { return at::cat(columns_, 1).contiguous(); }

std::vector<at::Tensor> recordValues(const LoadedModel& loaded, const data::Images& images,
                                     const std::optional<data::Trigger>& trigger,
                                     const std::vector<Wanted>& wanted, const Sampling& sampling,
                                     at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  loaded.classes(images.shape());
  const auto names = namesOf(wanted);
  const auto program = part(loaded, {graph::Program::kImages}, names, device);
  std::vector<Record> records;
  for (const auto& one : wanted) records.emplace_back(one, sampling, images.count());
  for (int64_t from = 0; from < images.count(); from += sampling.batch) {
    const auto to = std::min(from + sampling.batch, images.count());
    job.checkpoint({.stage = "record", .unit = from, .units = images.count()});
    auto floats = images.floats(from, to, device);
    if (trigger) floats = trigger->apply(floats);
    const auto values = program.run({images.normalize(floats).contiguous(at::MemoryFormat::ChannelsLast)},
                                    [&] { job.checkpoint(); });
    for (size_t i = 0; i < wanted.size(); ++i) {
      job.checkpoint();
      const auto at = std::find(names.begin(), names.end(), wanted[i].value) - names.begin();
      records[i].add(values[at]);
    }
  }
  std::vector<at::Tensor> made;
  for (const auto& record : records) made.push_back(record.finish());
  return made;
}

}  // namespace shellac::measure
