#include "core/measure/neuron_importance.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/nonzero.h>
#include <c10/core/GradMode.h>

#include <map>

#include "core/error.h"
#include "core/graph/frontier.h"
#include "core/graph/layout.h"
#include "core/measure/checks.h"
#include "core/part.h"

namespace shellac::measure {
namespace {

// Of which an importance has one part.
struct Samples {
  const data::Trigger* trigger;  // none: as they are
  at::Tensor indices;            // int64, into the images, on the CPU
  at::Tensor labels;             // what the model is asked for
  double Importance::* part;
};

std::vector<Samples> samplesOf(const data::Images& images, const Attack& attack) {
  const auto others = at::nonzero(at::ne(images.labels, attack.target)).view({-1});
  if (others.size(0) == 0)
    throw Error(Code::BadData, {.thing = "images",
                                .found = "all of them of the target class",
                                .expected = "some that the trigger can lead astray"});
  const auto all = at::arange(images.count(), images.labels.options());
  return {{.trigger = &attack.trigger,
           .indices = others,
           .labels = at::full_like(others, attack.target),
           .part = &Importance::backdoor},
          {.trigger = nullptr, .indices = all, .labels = images.labels, .part = &Importance::benign}};
}

class Pruning {
 public:
  Pruning(const LoadedModel& loaded, const std::string& value, at::Device device, const Job& job)
      : known_(graph::frontier(loaded.model.graph, value)),
        before_(part(loaded, {graph::Program::kImages}, known_, device)),
        after_(part(loaded, known_, {loaded.model.graph.output}, device)),
        job_(job) {}

  // Adds the batch's share to the part of each neuron. images: normalized.
  void add(const at::Tensor& images, const at::Tensor& labels, double share, double Importance::* part,
           const std::vector<std::pair<int64_t, Importance*>>& channels) const {
    const auto values = before_.run({images}, alive());
    const auto axis = graph::channelAxis(values.front());
    const auto whole = loss(values, labels);
    for (const auto& [channel, importance] : channels) {
      job_.checkpoint();
      checkChannel(known_.front(), values.front(), channel);
      if (!values.front().select(axis, channel).any().item<bool>()) continue;
      auto pruned = values;
      pruned.front() = values.front().clone();
      pruned.front().select(axis, channel).zero_();
      importance->silent = false;
      importance->*part += share * (loss(pruned, labels) - whole);
    }
  }

 private:
  std::function<void()> alive() const {
    return [this] { job_.checkpoint(); };
  }

  double loss(const std::vector<at::Tensor>& values, const at::Tensor& labels) const {
    const auto logits = after_.run(values, alive()).front();
    return at::cross_entropy_loss(logits.to(at::kDouble), labels).item<double>();
  }

  const std::vector<std::string> known_;
  const graph::Program before_, after_;
  const Job& job_;
};

}  // namespace

std::vector<Importance> neuronImportance(const LoadedModel& loaded, const data::Images& images,
                                         const Attack& attack, const std::vector<Neuron>& neurons,
                                         int64_t batch, at::Device device, const Job& job) {
  const c10::NoGradGuard noGrad;
  const auto classes = loaded.classes(images.shape());
  data::checkLabels(images, classes);
  checkTarget(attack.target, classes);
  std::vector<Importance> found(neurons.size());
  std::map<std::string, std::vector<std::pair<int64_t, Importance*>>> byValue;
  for (size_t i = 0; i < neurons.size(); ++i) {
    byValue[neurons[i].value].emplace_back(neurons[i].channel, &found[i]);
  }
  int64_t done = 0;
  for (const auto& [value, channels] : byValue) {
    const Pruning pruning(loaded, value, device, job);
    for (const auto& samples : samplesOf(images, attack)) {
      const auto n = samples.indices.size(0);
      for (int64_t from = 0; from < n; from += batch) {
        job.checkpoint({.stage = "importance",
                        .name = value,
                        .unit = done,
                        .units = static_cast<int64_t>(neurons.size()),
                        .step = from,
                        .steps = n});
        const auto to = std::min(from + batch, n);
        auto floats = images.floats(samples.indices.slice(0, from, to), device);
        if (samples.trigger) floats = samples.trigger->apply(floats);
        pruning.add(images.normalize(floats).contiguous(at::MemoryFormat::ChannelsLast),
                    samples.labels.slice(0, from, to).to(device),
                    static_cast<double>(to - from) / static_cast<double>(n), samples.part, channels);
      }
    }
    done += static_cast<int64_t>(channels.size());
  }
  return found;
}

}  // namespace shellac::measure
