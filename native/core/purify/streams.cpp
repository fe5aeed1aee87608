#include "core/purify/streams.h"

#include <algorithm>
#include <iterator>

namespace shellac::purify {

Streams::Streams(const graph::Model& model, const quant::Quantization& corrected, const data::Images& images,
                 const at::Tensor& order, EarlyValues early, int64_t batch, at::Device device, const Job& job)
    : model_(model),
      quantization_(corrected),
      images_(images),
      order_(order),
      early_(std::move(early)),
      batch_(batch),
      device_(device),
      job_(job),
      corrected_{.values = {}, .quantized = true} {
  const auto& input = model.graph.nodes.front().name;
  full_.values[input] = {};
  corrected_.values[input] = {};
}

void Streams::join(int64_t images) {
  const auto wanted = std::min(images, order_.size(0));
  if (wanted <= joined_) return;
  const auto from = joined_;
  Batches joining;
  for (; joined_ < wanted; joined_ = std::min(joined_ + batch_, wanted)) {
    job_.checkpoint();
    const auto indices = order_.slice(0, joined_, std::min(joined_ + batch_, wanted));
    joining.push_back(
        images_.normalize(images_.floats(indices, device_)).contiguous(at::MemoryFormat::ChannelsLast));
  }
  if (!recall(from)) join(full_, joining);
  join(corrected_, joining);
}

void Streams::join(Side& side, const Batches& images) {
  std::vector<std::string> live;
  for (const auto& [name, batches] : side.values) live.push_back(name);
  const auto ahead = program(side, {graph::Program::kImages}, live);
  for (const auto& batch : images) {
    auto made = ahead.run({batch}, [this] { job_.checkpoint(); });
    for (size_t i = 0; i < live.size(); ++i) side.values[live[i]].push_back(std::move(made[i]));
  }
}

// Whether the full-precision values of the images that join, the first of which is `from`, were known.
bool Streams::recall(int64_t from) {
  std::map<std::string, Batches> known;
  for (const auto& [name, batches] : full_.values) {
    auto early = early_.take(from, name);
    if (!early) return false;
    known[name] = std::move(*early);
  }
  for (auto& [name, early] : known)
    std::move(early.begin(), early.end(), std::back_inserter(full_.values[name]));
  return true;
}

void Streams::pass(Side& side, const std::vector<std::string>& nodes) {
  const auto& inputs = model_.graph.node(nodes.front()).inputs;
  const auto& output = nodes.back();
  const auto unit = program(side, inputs, {output});
  Batches made;
  for (size_t b = 0; b < side.values.at(inputs.front()).size(); ++b) {
    std::vector<at::Tensor> read;
    for (const auto& name : inputs) read.push_back(side.values.at(name)[b]);
    made.push_back(std::move(unit.run(std::move(read), [this] { job_.checkpoint(); }).front()));
  }
  side.values[output] = std::move(made);
}

void Streams::passFull(const std::vector<std::string>& nodes) { pass(full_, nodes); }
void Streams::passCorrected(const std::vector<std::string>& nodes) { pass(corrected_, nodes); }

void Streams::forget(const std::string& value) {
  full_.values.erase(value);
  corrected_.values.erase(value);
}

graph::Program Streams::program(const Side& side, const std::vector<std::string>& inputs,
                                const std::vector<std::string>& outputs) const {
  if (!side.quantized) return {model_, {}, inputs, outputs};
  const auto nodes = graph::nodesBetween(model_.graph, inputs, outputs);
  return {model_, quantization_.substitutes(nodes, device_, quant::Arithmetic::Quick), inputs, outputs};
}

}  // namespace shellac::purify
