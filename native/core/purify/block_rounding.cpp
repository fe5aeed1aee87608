#include "core/purify/block_rounding.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/graph/layout.h"
#include "core/graph/unit.h"

namespace shellac::purify {

namespace {

// QDrop's dropping of rounding.
struct Dropping {
  double probability;
  at::Generator& generator;

  at::Tensor operator()(const at::Tensor& rounded, const at::Tensor& full) const {
    if (probability == 0) return rounded;
    const auto onCpu = rounded.options().device(at::kCPU).requires_grad(false);
    const auto drawn = at::empty_like(rounded, onCpu).bernoulli_(probability, generator);
    return at::where(drawn.to(rounded.device(), at::kBool), full, rounded);
  }
};

class BlockPass {
 public:
  BlockPass(const BlockProblem& problem, const Pace& pace) : problem_(problem), pace_(pace) {
    for (const auto& name : problem.block.nodes) nodes_.push_back(&problem.model.graph.node(name));
  }

  // The names of the nodes that have weights, in order: that of the tensors which `output` takes for them.
  std::vector<std::string> weighted() const {
    std::vector<std::string> names;
    for (const auto* node : nodes_)
      if (graph::hasWeight(*node)) names.push_back(node->name);
    return names;
  }

  at::Tensor output(const at::Tensor& input, const std::vector<at::Tensor>& weights,
                    const Dropping& dropping) const {
    auto weight = weights.begin();
    const graph::Reading reading{
        .weight = [&](const graph::Node&, const at::Tensor&) { return *weight++; },
        .value = [&](const std::string& name,
                     const at::Tensor& made) { return rounded(name, made, dropping); }};
    std::map<std::string, at::Tensor> values{{problem_.block.input, input}};
    for (const auto* node : nodes_) {
      pace_.alive();
      std::vector<at::Tensor> read;
      for (const auto& name : node->inputs) read.push_back(values.at(name));
      values[node->name] = graph::runNode(problem_.model, *node, std::move(read), reading);
    }
    return values.at(problem_.block.output);
  }

 private:
  at::Tensor rounded(const std::string& name, const at::Tensor& made, const Dropping& dropping) const {
    const auto found = problem_.activations.find(name);
    return found == problem_.activations.end() ? made : dropping(found->second.straightThrough(made), made);
  }

  const BlockProblem& problem_;
  const Pace& pace_;
  std::vector<const graph::Node*> nodes_;
};

at::Tensor errorOf(const at::Tensor& made, const at::Tensor& target) {
  return at::mse_loss(made, target, at::Reduction::Sum) * graph::channelShare(target);
}

Reconstruction blockReconstruction(const BlockProblem& problem, const BlockPass& pass,
                                   const Dropping& dropping) {
  return [&problem, &pass, dropping](size_t batch, const std::vector<at::Tensor>& soft) -> Slopes {
    const auto input = dropping(problem.corrected[batch], problem.reference[batch]);
    const at::AutoGradMode withGradients(true);
    std::vector<at::Tensor> weights;
    for (const auto& weight : soft) weights.push_back(weight.detach().requires_grad_());
    const auto error = errorOf(pass.output(input, weights, dropping), problem.targets[batch]);
    return {error.item<double>(), torch::autograd::grad({error}, weights)};
  };
}

double meanError(const BlockProblem& problem, const BlockPass& pass, const std::vector<at::Tensor>& weights,
                 const Dropping& none) {
  double sum = 0;
  int64_t images = 0;
  for (size_t b = 0; b < problem.corrected.size(); ++b) {
    const auto& target = problem.targets[b];
    const auto made = pass.output(problem.corrected[b], weights, none);
    sum += errorOf(made, target).item<double>() * static_cast<double>(target.size(0));
    images += target.size(0);
  }
  return sum / static_cast<double>(images);
}

}  // namespace

RoundedBlock roundBlock(const BlockProblem& problem, const Options& options, at::Generator& generator,
                        const Pace& pace) {
  const BlockPass pass(problem, pace);
  std::vector<SoftRounding> weights;
  std::vector<at::Tensor> nearest, chosen;
  for (const auto& name : pass.weighted()) {
    const auto& weight = problem.model.parameter(problem.model.graph.node(name), "weight");
    const auto& quantizer = problem.weights.at(name);
    weights.emplace_back(weight, quantizer, kStretched);
    nearest.push_back(quantizer.nearest(weight));
  }
  const Dropping none{0, generator}, dropping{options.rounding.drop, generator};
  const RoundingObjective objective{blockReconstruction(problem, pass, dropping),
                                    annealedPenalty(options.rounding, options.iterations)};
  learnRounding(weights, objective, {options.iterations, options.learningRate, problem.corrected.size()},
                generator, pace);
  RoundedBlock result{.codes = {}, .lossBefore = meanError(problem, pass, nearest, none)};
  for (const auto& name : pass.weighted()) {
    const auto& codes = result.codes[name] = weights[chosen.size()].codes();
    chosen.push_back(problem.weights.at(name).values(codes));
  }
  result.lossAfter = meanError(problem, pass, chosen, none);
  return result;
}

}  // namespace shellac::purify
