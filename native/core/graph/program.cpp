#include "core/graph/program.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>

#include "core/graph/program/plan.h"

namespace shellac::graph {
namespace {

std::set<std::string> keptValues(const Substitutes& substitutes, const std::vector<std::string>& outputs) {
  std::set<std::string> kept(outputs.begin(), outputs.end());
  for (const auto& [value, transform] : substitutes.values) kept.insert(value);
  return kept;
}

// Images stand for a value that only the input node reads.
std::vector<std::string> readsOf(const PlannedStep& step) {
  return step.reads.empty() ? std::vector<std::string>{Program::kImages} : step.reads;
}

}  // namespace

Program::Program(const Model& model, Substitutes substitutes, std::vector<std::string> inputs,
                 std::vector<std::string> outputs) {
  const at::NoGradGuard noGrad;
  std::map<std::string, Slot> slots;
  const auto slotOf = [&](const std::string& value) {
    return slots.emplace(value, slots.size()).first->second;
  };
  for (const auto& name : inputs) given_.push_back(slotOf(name));
  for (const auto& planned :
       plan(nodesBetween(model.graph, inputs, outputs), keptValues(substitutes, outputs))) {
    Step step{.kernel = compile(planned, model, substitutes.weights, substitutes.integers)};
    for (const auto& name : readsOf(planned)) step.reads.push_back(slots.at(name));
    step.writes = slotOf(planned.value);
    if (const auto found = substitutes.values.find(planned.value); found != substitutes.values.end())
      step.transform = std::move(found->second);
    steps_.push_back(std::move(step));
  }
  for (const auto& name : outputs) wanted_.push_back(slots.at(name));
  slots_ = slots.size();

  std::set<Slot> read(wanted_.begin(), wanted_.end());
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step)
    for (const auto slot : step->reads)
      if (read.insert(slot).second) step->last.push_back(slot);
}

Program Program::whole(const Model& model, Substitutes substitutes) {
  return {model, std::move(substitutes), {kImages}, {model.graph.output}};
}

// A kernel holds what it reads last alone, unless somebody outside sees it too.
at::Tensor Program::execute(const Step& step, std::vector<at::Tensor>& values) {
  std::vector<at::Tensor> read;
  for (const auto slot : step.reads) read.push_back(values[slot]);
  for (const auto slot : step.last) values[slot].reset();
  auto made = step.kernel(std::move(read));
  if (!step.transform) return made;
  return step.transform(heldAlone(made) ? std::move(made) : made.clone());
}

std::vector<at::Tensor> Program::run(std::vector<at::Tensor> inputs,
                                     const std::function<void()>& between) const {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> values(slots_);
  for (size_t i = 0; i < inputs.size(); ++i) values[given_[i]] = inputs[i];
  for (const auto& step : steps_) {
    if (between) between();
    values[step.writes] = execute(step, values);
  }
  std::vector<at::Tensor> made;
  for (const auto slot : wanted_) made.push_back(values[slot]);
  return made;  // `inputs` lives until here: what is given is never held alone, so nobody writes to it
}

}  // namespace shellac::graph
