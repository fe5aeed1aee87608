#include "core/purify/purify.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <memory>
#include <set>

#include "core/error.h"
#include "core/graph/unit.h"
#include "core/purify/correct_unit.h"
#include "core/purify/streams.h"

namespace shellac::purify {

namespace {

Batches normalized(const data::Images& images, int64_t batch, at::Device device, const Job& job) {
  Batches batches;
  for (int64_t from = 0; from < images.count(); from += batch) {
    job.checkpoint();
    const auto to = std::min(from + batch, images.count());
    batches.push_back(
        images.normalize(images.floats(from, to, device)).contiguous(at::MemoryFormat::ChannelsLast));
  }
  return batches;
}

// How the corrected model is read as it comes about: units that are not solved yet are not run.
struct Corrected {
  std::map<std::string, at::Tensor> weights;  // by node name, as floats on the device
  std::map<std::string, quant::Quantizer> activations;

  graph::Reading reading() const {
    return {.weight = [this](const graph::Node& node, const at::Tensor&) { return weights.at(node.name); },
            .value =
                [this](const std::string& value, const at::Tensor& x) {
                  const auto found = activations.find(value);
                  return found == activations.end() ? x : found->second.nearest(x);
                }};
  }
};

class Walk {
 public:
  Walk(const graph::Model& model, quant::Quantization frozen, const Options& options, at::Device device,
       const Job& job)
      : model_(model.to(device)),
        options_(options),
        device_(device),
        job_(job),
        units_(graph::units(model_.graph)),
        generator_(at::make_generator<at::CPUGeneratorImpl>(options.seed)),
        result_{std::move(frozen), {}},
        streams_(model_, corrected_.reading(), job) {
    for (const auto& [value, quantizer] : result_.quantization.activations)
      corrected_.activations.emplace(value, quantizer.to(device));
  }

  Result run(const data::Images& images) {
    streams_.feed(normalized(images, options_.batch, device_, job_));
    const auto last = graph::lastReads(model_.graph);
    for (size_t i = 1; i < model_.graph.nodes.size(); ++i) {
      const auto& node = model_.graph.nodes[i];
      visit(node);
      for (const auto& value : last[i]) streams_.forget(value);
    }
    return std::move(result_);
  }

 private:
  void visit(const graph::Node& node) {
    if (done_.count(node.name) != 0) return;
    if (!graph::hasWeight(node)) return streams_.pass(node);
    const auto& unit = units_.at(result_.units.size());
    correct(unit);
    done_.insert(unit.nodes.begin(), unit.nodes.end());
  }

  void correct(const graph::Unit& unit) {
    const auto start = std::chrono::steady_clock::now();
    const Pace pace{job_, unit.name, static_cast<int64_t>(result_.units.size()),
                    static_cast<int64_t>(units_.size())};
    pace.at(0, 0);
    streams_.passFull(unit.nodes);
    auto& weight = result_.quantization.weights.at(unit.name);
    auto corrected = correctUnit({.model = model_,
                                  .unit = unit,
                                  .streams = streams_,
                                  .nearest = weight,
                                  .activations = corrected_.activations},
                                 options_, generator_, pace);
    weight.codes = corrected.codes.cpu();
    corrected_.weights[unit.name] = weight.quantizer.values(weight.codes).to(device_);
    streams_.passCorrected(unit.nodes);
    corrected_.weights.erase(unit.name);  // its unit is never run again
    corrected.report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result_.units.push_back(std::move(corrected.report));
  }

  const graph::Model model_;
  const Options& options_;
  const at::Device device_;
  const Job& job_;
  const std::vector<graph::Unit> units_;
  at::Generator generator_;
  Corrected corrected_;
  Result result_;
  Streams streams_;
  std::set<std::string> done_;  // nodes that ran with their unit
};

}  // namespace

Result purify(const graph::Model& model, const data::Images& calibration, const Options& options,
              at::Device device, const Job& job) {
  const at::NoGradGuard noGrad;
  // Nearest rounding settles every scale, and the codes that the corrected ones are compared with.
  auto frozen = quant::quantizeNearest(model, calibration, options.quantizer, device, job);
  return Walk(model, std::move(frozen), options, device, job).run(calibration);
}

}  // namespace shellac::purify
