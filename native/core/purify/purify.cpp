#include "core/purify/purify.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "core/error.h"
#include "core/graph/layout.h"
#include "core/graph/shapes.h"
#include "core/graph/unit.h"
#include "core/purify/block_walk.h"
#include "core/purify/correct_unit.h"
#include "core/purify/walk_record.h"

namespace shellac::purify {

namespace {

// Columns of one image are much alike, so they come from so many at least.
constexpr int64_t kLeastImages = 128;

class UnitWalk {
 public:
  UnitWalk(const graph::Model& model, quant::Quantization frozen, const data::Images& images,
           const Options& options, at::Device device, const Job& job, const Keeping& keeping)
      : model_(model.to(device)),
        options_(options),
        job_(job),
        units_(graph::units(model_.graph)),
        shapes_(graph::shapesFor(model_, model_.graph.inputShape)),
        solver_(makeSolver(options)),
        generator_(at::make_generator<at::CPUGeneratorImpl>(options.seed)),
        result_{std::move(frozen), {}},
        streams_(model_, result_.quantization, images, drawImages(images.count(), generator_), options.batch,
                 device, job),
        record_(keeping, result_, generator_) {}

  Result run() {
    std::vector<Names> parts;
    for (const auto& unit : units_) parts.push_back(unit.nodes);
    streams_.join(imagesFor(units_.front()));
    walk(model_.graph, streams_, parts, [this](size_t i) { pass(units_[i]); });
    return std::move(result_);
  }

 private:
  // Enough for the unit's columns; a solver that reads whole batches reads them all.
  int64_t imagesFor(const graph::Unit& unit) const {
    if (solver_->readsBatches()) return kMostImages;
    const auto positions = graph::positions(shapes_.at(unit.name));
    return std::clamp((options_.columns + positions - 1) / positions, kLeastImages, kMostImages);
  }

  void pass(const graph::Unit& unit) {
    const Pace pace{job_, unit.name, static_cast<int64_t>(result_.units.size()),
                    static_cast<int64_t>(units_.size())};
    pace.at(0, 0);
    if (!record_.recall(unit.name, {unit.name})) return correct(unit, pace);
    streams_.join(imagesFor(unit));
    streams_.passFull(unit.nodes);
    streams_.passCorrected(unit.nodes);
  }

  void correct(const graph::Unit& unit, const Pace& pace) {
    const auto start = std::chrono::steady_clock::now();
    const auto images = imagesFor(unit);
    streams_.join(images);
    if (solver_->readsBatches()) streams_.passFull(unit.nodes);
    auto& weight = result_.quantization.weights.at(unit.name);
    auto corrected = correctUnit({.model = model_,
                                  .unit = unit,
                                  .streams = streams_,
                                  .images = images,
                                  .nearest = weight,
                                  .activations = result_.quantization.activations,
                                  .solver = *solver_},
                                 options_, generator_, pace);
    weight.codes = corrected.codes.cpu();
    if (!solver_->readsBatches()) streams_.passFull(unit.nodes);
    streams_.passCorrected(unit.nodes);
    corrected.report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    record_.add(corrected.report, {unit.name});
  }

  const graph::Model model_;
  const Options& options_;
  const Job& job_;
  const std::vector<graph::Unit> units_;
  const graph::Shapes shapes_;
  const std::unique_ptr<Solver> solver_;
  at::Generator generator_;
  Result result_;
  Streams streams_;
  WalkRecord record_;
};

}  // namespace

Result purify(const graph::Model& model, const data::Images& calibration, const Options& options,
              at::Device device, const Job& job, const Keeping& keeping) {
  const at::NoGradGuard noGrad;
  // Nearest rounding settles every scale, and the codes that the corrected ones are compared with.
  auto frozen = quant::quantizeNearest(model, calibration, options.quantizer, device, job);
  if (options.solver == SolverKind::Brecq)
    return roundBlocks(model, std::move(frozen), calibration, options, device, job, keeping);
  return UnitWalk(model, std::move(frozen), calibration, options, device, job, keeping).run();
}

}  // namespace shellac::purify
