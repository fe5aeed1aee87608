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
#include "core/purify/streams.h"
#include "core/purify/walk_record.h"
#include "core/quant/placement.h"

namespace shellac::purify {

namespace {

// Columns of one image are much alike, so they come from so many at least.
constexpr int64_t kLeastImages = 128;

class UnitWalk {
 public:
  // Nearest rounding settles every scale, and the codes that the corrected ones are compared with.
  UnitWalk(const graph::Model& model, const data::Images& images, const Options& options, at::Device device,
           const Job& job, const Keeping& keeping)
      : model_(model.to(device)),
        options_(options),
        job_(job),
        units_(graph::units(model_.graph)),
        shapes_(graph::shapesFor(model_, model_.graph.inputShape)),
        solver_(makeSolver(options)),
        generator_(at::make_generator<at::CPUGeneratorImpl>(options.seed)),
        order_(drawImages(images.count(), generator_)),
        early_(foreseen(images.count()), order_, options.batch),
        result_{quant::quantizeNearest(model, images, options.quantizer, device, job, early_.onlooker()), {}},
        streams_(model_, result_.quantization, images, order_, std::move(early_), options.batch, device, job),
        record_(keeping, result_, generator_) {}

  Result run() {
    streams_.join(imagesFor(units_.front()));
    walk(model_.graph, streams_, parts(), [this](size_t i) { pass(units_[i]); });
    return std::move(result_);
  }

 private:
  std::vector<Names> parts() const {
    std::vector<Names> parts;
    for (const auto& unit : units_) parts.push_back(unit.nodes);
    return parts;
  }

  // The joins of `count` images for which the pass that settles the ranges makes all that is wanted: where it
  // runs the same images, and looks at these values anyway (to show it others could change its last bits).
  std::vector<Join> foreseen(int64_t count) const {
    if (count > kMostImages) return {};
    std::vector<int64_t> wanted;
    for (const auto& unit : units_) wanted.push_back(std::min(imagesFor(unit), count));
    auto joins = foresee(model_.graph, parts(), wanted);
    const auto observed = quant::placement(model_.graph, options_.quantizer).activations;
    std::erase_if(joins, [&](const Join& join) {
      return std::any_of(join.live.begin(), join.live.end(),
                         [&](const std::string& value) { return !observed.contains(value); });
    });
    return joins;
  }

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
  const at::Tensor order_;
  EarlyValues early_;
  Result result_;
  Streams streams_;
  WalkRecord record_;
};

}  // namespace

Result purify(const graph::Model& model, const data::Images& calibration, const Options& options,
              at::Device device, const Job& job, const Keeping& keeping) {
  const at::NoGradGuard noGrad;
  quant::checkCalibration(model, calibration);
  if (options.solver != SolverKind::Brecq)
    return UnitWalk(model, calibration, options, device, job, keeping).run();
  auto frozen = quant::quantizeNearest(model, calibration, options.quantizer, device, job);
  return roundBlocks(model, std::move(frozen), calibration, options, device, job, keeping);
}

}  // namespace shellac::purify
