#include "core/train/kept_course.h"

namespace shellac::train {
namespace {

constexpr auto kEpochs = "epochs", kGenerator = "generator";
constexpr auto kModel = "model/", kOptimizer = "optimizer/", kObjective = "objective/";
constexpr auto kResult = "result/", kCompanion = "companion/";
constexpr int64_t kColumns = 2;

graph::Model recall(const Kept& kept, const std::string& prefix, const graph::Model& like) {
  graph::Model model{like.graph, {}};
  for (const auto& [name, tensor] : like.tensors)
    model.tensors[name] = keptTensor(kept, prefix + name, tensor.scalar_type(), tensor.sizes());
  return model;
}

// The entries under the prefix, without it.
Kept below(const Kept& kept, const std::string& prefix) {
  Kept some;
  for (const auto& [name, tensor] : kept)
    if (name.starts_with(prefix)) some[name.substr(prefix.size())] = tensor;
  return some;
}

}  // namespace

Kept keepCourse(const Course& course, bool finished) {
  Kept kept;
  Rows epochs;
  for (const auto& epoch : course.result.epochs) epochs.push_back({epoch.loss, epoch.seconds});
  keepRows(kept, kEpochs, epochs);
  keepTensors(kept, kResult, course.result.model.tensors);
  if (course.result.companion) keepTensors(kept, kCompanion, course.result.companion->tensors);
  if (finished) return kept;
  keepTensors(kept, kModel, course.model.tensors);
  course.optimizer.keep(kept, kOptimizer);
  keepGenerator(kept, kGenerator, course.generator);
  if (const auto& memory = course.objective.memory)
    for (const auto& [name, tensor] : memory->keep()) kept[kObjective + name] = tensor;
  return kept;
}

void resumeCourse(const Kept& kept, const Course& course, int64_t epochs) {
  auto& result = course.result;
  for (const auto& row : keptRows(kept, kEpochs, kColumns))
    result.epochs.push_back({static_cast<int64_t>(result.epochs.size()) + 1, row[0], row[1]});
  const bool finished = static_cast<int64_t>(result.epochs.size()) >= epochs;
  if (course.objective.keepBest || finished) {
    result.model = recall(kept, kResult, course.model);
    if (course.objective.companion)
      result.companion = recall(kept, kCompanion, course.objective.companion->model());
  }
  if (finished) return;
  resumeTensors(kept, kModel, course.model.tensors);
  course.optimizer.resume(kept, kOptimizer);
  resumeGenerator(kept, kGenerator, course.generator);
  if (const auto& memory = course.objective.memory) memory->resume(below(kept, kObjective));
}

Memory memoryOf(const at::Generator& generator) {
  return {.keep =
              [generator] {
                Kept kept;
                keepGenerator(kept, kGenerator, generator);
                return kept;
              },
          .resume = [generator](const Kept& kept) { resumeGenerator(kept, kGenerator, generator); }};
}

}  // namespace shellac::train
