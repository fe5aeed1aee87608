#include "core/purify/correct_unit.h"

#include <ATen/TensorOperators.h>

#include <algorithm>

#include "core/processor.h"
#include "core/purify/pda.h"

namespace shellac::purify {

namespace {

int64_t countOf(const Batches& batches) {
  int64_t n = 0;
  for (const auto& batch : batches) n += batch.size(0);
  return n;
}

// The batches that hold the first `images`, and those that share a batch with them.
Batches leading(const Batches& all, int64_t images) {
  Batches some;
  for (size_t b = 0; b < all.size() && countOf(some) < images; ++b) some.push_back(all[b]);
  return some;
}

BatchNormInput batchNormInput(const UnitTask& task, const LinearPart& part, const at::Tensor& nearest) {
  const auto& graph = task.model.graph;
  const auto& norm = graph.node(*task.unit.batchNorm);
  return {.part = part,
          .weight = nearest,
          .bias = task.model.optionalParameter(graph.node(task.unit.name), "bias"),
          .running = {task.model.parameter(norm, "runningMean"), task.model.parameter(norm, "runningVar")}};
}

// For PDA; none where whole numbers don't pay, or the unit's input has none.
std::optional<IntegerPart> integerPart(const UnitTask& task, double unit) {
  const auto& node = task.model.graph.node(task.unit.name);
  const auto device = task.model.parameter(node, "weight").device();
  const auto weight = quant::integerWeight(node, task.nearest, task.activations, device);
  if (!weight) return std::nullopt;
  return IntegerPart(node, *weight, task.model.optionalParameter(node, "bias"), unit);
}

std::optional<quant::Quantizer> outputQuantizer(const UnitTask& task) {
  const auto found = task.activations.find(task.unit.output);
  if (found == task.activations.end()) return std::nullopt;
  return found->second.to(task.model.parameter(task.model.graph.node(task.unit.name), "weight").device());
}

}  // namespace

CorrectedUnit correctUnit(const UnitTask& task, const Options& options, at::Generator& generator,
                          const Pace& pace) {
  const auto& node = task.model.graph.node(task.unit.name);
  const auto weight = task.model.parameter(node, "weight");
  const auto quantizer = task.nearest.quantizer.to(weight.device());
  const auto nearest = quantizer.values(task.nearest.codes.to(weight.device()));
  const LinearPart part(node, weight.sizes());

  const auto reference = leading(task.streams.full(task.unit.input), task.images);
  const auto corrected = leading(task.streams.corrected(task.unit.input), task.images);
  UnitReport report{.unit = task.unit.name,
                    .pda = options.pda != PdaForm::None && task.unit.batchNorm.has_value()};
  const auto drawn = drawColumns(part, corrected, options.columns, generator);
  const auto images = static_cast<double>(countOf(corrected));
  auto layer = report.pda ? std::optional(batchNormInput(task, part, nearest)) : std::nullopt;
  const Pda pda{.form = options.pda,
                .steps = options.pdaSteps,
                .bound = options.pdaBound,
                .coarse = part.isConvolution() && fastBfloat16(weight.device())};
  const auto integers = layer && pda.coarse ? integerPart(task, changeUnit(pda.bound)) : std::nullopt;
  if (integers) layer->integers = &*integers;
  const Batches none;
  Batches read;
  MomentSums sums(part, weight);
  for (size_t b = 0; b < corrected.size(); ++b) {
    pace.at(static_cast<int64_t>(b), static_cast<int64_t>(corrected.size()));
    auto input = corrected[b];
    if (layer) {
      auto approximation = approximate(*layer, input, pda, pace);
      const auto share = static_cast<double>(input.size(0)) / images;
      report.pdaBefore += share * approximation.before;
      report.pdaAfter += share * approximation.after;
      input = std::move(approximation.moved);
    }
    sums.add(reference[b], input, drawn[b], pace);
    if (task.solver.readsBatches()) read.push_back(input);
  }
  const auto moments = sums.finish();
  const Problem problem{.model = task.model,
                        .unit = task.unit,
                        .part = part,
                        .weight = weight,
                        .quantizer = quantizer,
                        .outputQuantizer = outputQuantizer(task),
                        .corrected = read,
                        .targets = task.solver.readsBatches() ? task.streams.full(task.unit.output) : none,
                        .moments = moments};
  const auto solution = task.solver.solve(problem, generator, pace);

  const auto loss = [&](const at::Tensor& values) { return moments.loss(part.asMatrix(weight - values)); };
  report.lossBefore = loss(nearest);
  report.lossAfter = loss(quantizer.values(solution.codes));
  report.iterations = solution.iterations;
  report.damping = solution.damping;
  report.trace = solution.trace;
  pace.at(0, 0, report.lossAfter);
  return {solution.codes, report};
}

}  // namespace shellac::purify
