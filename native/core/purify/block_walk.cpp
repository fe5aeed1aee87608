#include "core/purify/block_walk.h"

#include <ATen/CPUGeneratorImpl.h>

#include <chrono>

#include "core/purify/block_rounding.h"
#include "core/purify/streams.h"
#include "core/purify/walk_record.h"

namespace shellac::purify {

namespace {

class BlockWalk {
 public:
  BlockWalk(const graph::Model& model, quant::Quantization frozen, const data::Images& images,
            const Options& options, at::Device device, const Job& job, const Keeping& keeping)
      : model_(model.to(device)),
        options_(options),
        device_(device),
        job_(job),
        blocks_(graph::blocks(model_.graph)),
        generator_(at::make_generator<at::CPUGeneratorImpl>(options.seed)),
        result_{std::move(frozen), {}},
        streams_(model_, result_.quantization, images, drawImages(images.count(), generator_), {},
                 options.batch, device, job),
        record_(keeping, result_, generator_) {}

  Result run() {
    std::vector<Names> parts;
    for (const auto& block : blocks_) parts.push_back(block.nodes);
    streams_.join(kMostImages);
    walk(model_.graph, streams_, parts, [this](size_t i) { pass(blocks_[i]); });
    return std::move(result_);
  }

 private:
  void pass(const graph::Block& block) {
    const Pace pace{job_, block.name, static_cast<int64_t>(result_.units.size()),
                    static_cast<int64_t>(blocks_.size())};
    pace.at(0, 0);
    streams_.passFull(block.nodes);
    if (!record_.recall(block.name, weighted(block))) return round(block, pace);
    streams_.passCorrected(block.nodes);
  }

  void round(const graph::Block& block, const Pace& pace) {
    const auto start = std::chrono::steady_clock::now();
    auto rounded = roundBlock(problemOf(block), options_, generator_, pace);
    for (const auto& [name, codes] : rounded.codes) result_.quantization.weights.at(name).codes = codes.cpu();
    streams_.passCorrected(block.nodes);
    pace.at(0, 0, rounded.lossAfter);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    record_.add({.unit = block.name,
                 .lossBefore = rounded.lossBefore,
                 .lossAfter = rounded.lossAfter,
                 .iterations = options_.iterations,
                 .seconds = spent.count()},
                weighted(block));
  }

  Names weighted(const graph::Block& block) const {
    Names names;
    for (const auto& name : block.nodes)
      if (result_.quantization.weights.count(name)) names.push_back(name);
    return names;
  }

  BlockProblem problemOf(const graph::Block& block) const {
    BlockProblem problem{.model = model_,
                         .block = block,
                         .weights = {},
                         .activations = {},
                         .corrected = streams_.corrected(block.input),
                         .reference = streams_.full(block.input),
                         .targets = streams_.full(block.output)};
    const auto& weights = result_.quantization.weights;
    const auto& activations = result_.quantization.activations;
    for (const auto& name : block.nodes) {
      if (const auto found = weights.find(name); found != weights.end())
        problem.weights.emplace(name, found->second.quantizer.to(device_));
      if (const auto found = activations.find(name); found != activations.end())
        problem.activations.emplace(name, found->second.to(device_));
    }
    return problem;
  }

  const graph::Model model_;
  const Options& options_;
  const at::Device device_;
  const Job& job_;
  const std::vector<graph::Block> blocks_;
  at::Generator generator_;
  Result result_;
  Streams streams_;
  WalkRecord record_;
};

}  // namespace

Result roundBlocks(const graph::Model& model, quant::Quantization frozen, const data::Images& images,
                   const Options& options, at::Device device, const Job& job, const Keeping& keeping) {
  return BlockWalk(model, std::move(frozen), images, options, device, job, keeping).run();
}

}  // namespace shellac::purify
