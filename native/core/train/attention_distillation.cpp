#include "core/train/attention_distillation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/graph/executor.h"

namespace shellac::train {
namespace {

constexpr double kTiny = 1e-6;

at::Device deviceOf(const graph::Model& model) { return model.tensors.begin()->second.device(); }

struct Pass {
  at::Tensor logits;
  graph::Tensors maps;
};

Pass runKeeping(const graph::Model& model, const at::Tensor& images, const std::vector<std::string>& values,
                bool training) {
  Pass pass;
  const graph::Reading reading{.value =
                                   [&](const std::string& name, const at::Tensor& value) {
                                     if (std::ranges::find(values, name) != values.end())
                                       pass.maps[name] = value;
                                     return value;
                                   },
                               .training = training};
  pass.logits = graph::run(model, images, reading);
  return pass;
}

}  // namespace

at::Tensor attention(const at::Tensor& maps) {
  const auto a = maps.square().sum(1).flatten(1);
  return a / (at::linalg_vector_norm(a, 2, {1}, /*keepdim=*/true) + kTiny);
}

std::vector<std::string> stageEnds(const graph::Model& model, size_t count) {
  const auto shapes = graph::check(model, model.graph.inputShape);
  std::map<int64_t, std::string> ends;  // by number of positions
  for (const auto& node : model.graph.nodes)
    if (const auto& shape = shapes.at(node.name);
        node.op != "input" && shape.size() == 3 && shape[1] * shape[2] > 1)
      ends[shape[1] * shape[2]] = node.name;
  std::vector<std::string> values;
  for (const auto& [positions, name] : ends)
    if (values.size() < count) values.push_back(name);
  if (values.empty())
    throw Error(Code::BadModel, {.thing = "the model",
                                 .found = "no feature map of more than one position",
                                 .expected = "a convolutional network, for attention to be distilled"});
  return values;
}

Objective attentionDistillation(const AttentionDistillation& settings) {
  const auto teacher = std::make_shared<graph::Model>(settings.teacher);
  Objective objective;
  objective.begin = [teacher](const graph::Model& student) { *teacher = teacher->to(deviceOf(student)); };
  objective.terms.push_back({.loss = [teacher, values = settings.values, beta = settings.beta](
                                         const graph::Model& student, const Batch& batch) {
    graph::Tensors taught;
    {
      const c10::NoGradGuard noGrad;
      taught = runKeeping(*teacher, batch.clean, values, false).maps;
    }
    const auto pass = runKeeping(student, batch.clean, values, true);
    auto loss = at::cross_entropy_loss(pass.logits, batch.labels);
    for (const auto& value : values)
      loss = loss + beta * (attention(pass.maps.at(value)) - attention(taught.at(value))).square().mean();
    return loss;
  }});
  return objective;
}

}  // namespace shellac::train
