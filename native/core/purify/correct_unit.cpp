#include "core/purify/correct_unit.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/randperm.h>

#include <algorithm>

#include "core/purify/pda.h"

namespace shellac::purify {

namespace {

// With PDA, columns come from so many images at least, where there are as many: columns of one image are much
// alike.
constexpr int64_t kLeastImages = 128;

struct Inputs {
  Batches reference, corrected;
};

int64_t countOf(const Batches& batches) {
  int64_t n = 0;
  for (const auto& batch : batches) n += batch.size(0);
  return n;
}

// The images of those indices, ascending, in batches of their own.
Batches take(const Batches& batches, const at::Tensor& indices, int64_t size) {
  Batches taken;
  int64_t from = 0;
  for (const auto& batch : batches) {
    const auto to = from + batch.size(0);
    const auto inside = indices.masked_select(indices.ge(from).logical_and_(indices.lt(to))).sub_(from);
    taken.push_back(at::index_select(batch, 0, inside.to(batch.device())));
    from = to;
  }
  return at::cat(taken).split(size);
}

// PDA is done for images whose columns are used, and for no others: it is many times the work of all the
// rest.
Inputs drawImages(const Inputs& all, const LinearPart& part, const Options& options,
                  at::Generator& generator) {
  const auto n = countOf(all.corrected);
  const auto positions = part.positions(all.corrected.front());
  const auto wanted = std::max(kLeastImages, (options.columns + positions - 1) / positions);
  if (wanted >= n) return all;
  const auto chosen = std::get<0>(at::randperm(n, generator, at::kLong).slice(0, 0, wanted).sort());
  return {take(all.reference, chosen, options.batch), take(all.corrected, chosen, options.batch)};
}

at::Tensor biasOf(const graph::Model& model, const graph::Node& node) {
  return node.parameters.count("bias") != 0 ? model.parameter(node, "bias") : at::Tensor{};
}

BatchNormInput batchNormInput(const UnitTask& task, const LinearPart& part, const at::Tensor& nearest) {
  const auto& graph = task.model.graph;
  const auto& norm = graph.node(*task.unit.batchNorm);
  return {.part = part,
          .weight = nearest,
          .bias = biasOf(task.model, graph.node(task.unit.name)),
          .running = {task.model.parameter(norm, "runningMean"), task.model.parameter(norm, "runningVar")}};
}

std::optional<quant::Quantizer> outputQuantizer(const UnitTask& task) {
  const auto found = task.activations.find(task.unit.output);
  return found == task.activations.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

CorrectedUnit correctUnit(const UnitTask& task, const Options& options, at::Generator& generator,
                          const Pace& pace) {
  const auto& node = task.model.graph.node(task.unit.name);
  const auto weight = task.model.parameter(node, "weight");
  const auto quantizer = task.nearest.quantizer.to(weight.device());
  const auto nearest = quantizer.values(task.nearest.codes.to(weight.device()));
  const LinearPart part(node, weight.sizes());
  const auto solver = makeSolver(options);

  Inputs inputs{task.streams.full(task.unit.input), task.streams.corrected(task.unit.input)};
  UnitReport report{.unit = task.unit.name,
                    .pda = options.pda != PdaForm::None && task.unit.batchNorm.has_value()};
  if (report.pda) {
    if (!solver->readsBatches()) inputs = drawImages(inputs, part, options, generator);
    auto approximation = approximate(batchNormInput(task, part, nearest), inputs.corrected,
                                     {options.pda, options.pdaSteps, options.pdaBound}, pace);
    inputs.corrected = std::move(approximation.moved);
    report.pdaBefore = approximation.before;
    report.pdaAfter = approximation.after;
  }

  const auto drawn = drawColumns(part, inputs.corrected, options.columns, generator);
  const auto sums = moments(part, weight, inputs.reference, inputs.corrected, drawn, pace);
  const Problem problem{.model = task.model,
                        .unit = task.unit,
                        .part = part,
                        .weight = weight,
                        .quantizer = quantizer,
                        .outputQuantizer = outputQuantizer(task),
                        .corrected = inputs.corrected,
                        .targets = task.streams.full(task.unit.output),
                        .moments = sums};
  const auto solution = solver->solve(problem, generator, pace);

  const auto loss = [&](const at::Tensor& values) { return sums.loss(part.asMatrix(weight - values)); };
  report.lossBefore = loss(nearest);
  report.lossAfter = loss(quantizer.values(solution.codes));
  report.iterations = solution.iterations;
  report.damping = solution.damping;
  pace.at(0, 0, report.lossAfter);
  return {solution.codes, report};
}

}  // namespace shellac::purify
