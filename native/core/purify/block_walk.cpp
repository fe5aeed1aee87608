#include "core/purify/block_walk.h"

#include <ATen/CPUGeneratorImpl.h>

#include <chrono>

#include "core/purify/block_rounding.h"
#include "core/purify/walk.h"

namespace shellac::purify {

namespace {

class BlockWalk {
 public:
  BlockWalk(const graph::Model& model, quant::Quantization frozen, const data::Images& images,
            const Options& options, at::Device device, const Job& job)
      : model_(model.to(device)),
        options_(options),
        device_(device),
        job_(job),
        blocks_(graph::blocks(model_.graph)),
        generator_(at::make_generator<at::CPUGeneratorImpl>(options.seed)),
        result_{std::move(frozen), {}},
        streams_(model_, result_.quantization, images, drawImages(images.count(), generator_), options.batch,
                 device, job) {}

  Result run() {
    std::vector<Names> parts;
    for (const auto& block : blocks_) parts.push_back(block.nodes);
    streams_.join(kMostImages);
    walk(model_.graph, streams_, parts, [this](size_t i) { round(blocks_[i]); });
    return std::move(result_);
  }

 private:
  void round(const graph::Block& block) {
    const auto start = std::chrono::steady_clock::now();
    const Pace pace{job_, block.name, static_cast<int64_t>(result_.units.size()),
                    static_cast<int64_t>(blocks_.size())};
    pace.at(0, 0);
    streams_.passFull(block.nodes);
    auto rounded = roundBlock(problemOf(block), options_, generator_, pace);
    for (const auto& [name, codes] : rounded.codes) result_.quantization.weights.at(name).codes = codes.cpu();
    streams_.passCorrected(block.nodes);
    pace.at(0, 0, rounded.lossAfter);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    result_.units.push_back({.unit = block.name,
                             .lossBefore = rounded.lossBefore,
                             .lossAfter = rounded.lossAfter,
                             .iterations = options_.iterations,
                             .seconds = spent.count()});
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
};

}  // namespace

Result roundBlocks(const graph::Model& model, quant::Quantization frozen, const data::Images& images,
                   const Options& options, at::Device device, const Job& job) {
  return BlockWalk(model, std::move(frozen), images, options, device, job).run();
}

}  // namespace shellac::purify
