#include "core/measure/grad_cam.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/graph/executor.h"
#include "core/graph/frontier.h"
#include "core/measure/checks.h"
#include "core/part.h"

namespace shellac::measure {
namespace {

// What follows from a value, with gradients for it.
class Suffix {
 public:
  Suffix(const LoadedModel& loaded, const std::string& from, at::Device device)
      : known_(graph::frontier(loaded.model.graph, from)),
        output_(loaded.model.graph.output),
        model_(loaded.model.to(device)),
        nodes_(graph::nodesBetween(loaded.model.graph, known_, {output_})) {
    if (!loaded.quantization) return;
    const auto weights = loaded.quantization->substitutes(nodes_, device).weights;
    reading_.weight = [weights](const graph::Node& node, const at::Tensor& weight) {
      const auto coded = weights.find(node.name);
      return coded == weights.end() ? weight : coded->second;
    };
    std::map<std::string, quant::Quantizer> quantizers;
    for (const auto& [value, quantizer] : loaded.quantization->activations)
      quantizers.emplace(value, quantizer.to(device));
    reading_.value = [quantizers](const std::string& value, const at::Tensor& made) {
      const auto found = quantizers.find(value);
      return found == quantizers.end() ? made : found->second.straightThrough(made);
    };
  }

  const std::vector<std::string>& known() const { return known_; }

  // given: in the order of known(). Returns the logits.
  at::Tensor run(const std::vector<at::Tensor>& given) const {
    std::map<std::string, at::Tensor> values;
    for (size_t i = 0; i < given.size(); ++i) values[known_[i]] = given[i];
    for (const auto* node : nodes_) {
      std::vector<at::Tensor> inputs;
      for (const auto& name : node->inputs) inputs.push_back(values.at(name));
      values[node->name] = graph::runNode(model_, *node, std::move(inputs), reading_);
    }
    return values.at(output_);
  }

 private:
  const std::vector<std::string> known_;
  const std::string output_;
  const graph::Model model_;
  const std::vector<const graph::Node*> nodes_;
  graph::Reading reading_;
};

void checkFeatureMap(const std::string& name, const at::Tensor& value) {
  if (value.dim() != 4)
    throw Error(Code::BadOption, {.thing = "layer " + name,
                                  .found = "values of shape " + showShape(value.sizes().slice(1)),
                                  .expected = "a feature map [c, h, w]",
                                  .remedy = "`shellac inspect` lists the nodes and their shapes."});
}

// [n, h, w] of the feature map's size.
at::Tensor evidence(const at::Tensor& features, const at::Tensor& slope) {
  const auto weights = slope.mean({2, 3}, /*keepdim=*/true);
  return at::clamp_min((weights * features).sum(1), 0);
}

at::Tensor asLargeAs(const at::Tensor& maps, const std::vector<int64_t>& image) {
  return at::upsample_bilinear2d(maps.unsqueeze(1), {image[1], image[2]}, /*align_corners=*/false).squeeze(1);
}

at::Tensor upToOne(const at::Tensor& maps) {
  constexpr double kTiny = std::numeric_limits<float>::min();
  return maps / at::clamp_min(maps.amax({1, 2}, /*keepdim=*/true), kTiny);
}

}  // namespace

Cams gradCam(const LoadedModel& loaded, const data::Images& images,
             const std::optional<data::Trigger>& trigger, const CamOptions& options, at::Device device,
             const Job& job) {
  const auto classes = loaded.classes(images.shape());
  if (options.target) checkTarget(*options.target, classes);
  const Suffix suffix(loaded, options.layer, device);
  const auto prefix = part(loaded, {graph::Program::kImages}, suffix.known(), device);
  std::vector<at::Tensor> maps, asked;
  for (int64_t from = 0; from < images.count(); from += options.batch) {
    job.checkpoint({.stage = "grad-cam", .unit = from, .units = images.count()});
    auto floats = images.floats(from, std::min(from + options.batch, images.count()), device);
    if (trigger) floats = trigger->apply(floats);
    auto values = prefix.run({images.normalize(floats).contiguous(at::MemoryFormat::ChannelsLast)},
                             [&] { job.checkpoint(); });
    checkFeatureMap(options.layer, values.front());
    const c10::AutoGradMode withGradients(true);
    const auto features = values.front().detach().requires_grad_();
    values.front() = features;
    const auto logits = suffix.run(values);
    const auto predicted = logits.argmax(1);
    const auto wanted = options.target ? at::full_like(predicted, *options.target) : predicted;
    const auto scores = logits.gather(1, wanted.unsqueeze(1)).sum();
    const auto slope = torch::autograd::grad({scores}, {features}).front();
    const c10::NoGradGuard noGrad;
    maps.push_back(upToOne(asLargeAs(evidence(features.detach(), slope), images.shape())).cpu());
    asked.push_back(wanted.cpu());
  }
  return {at::cat(maps).contiguous(), at::cat(asked)};
}

}  // namespace shellac::measure
