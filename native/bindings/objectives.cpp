#include "bindings/objectives.h"

#include <map>
#include <string>
#include <utility>

#include "bindings/convert.h"
#include "core/error.h"
#include "core/train/approximated.h"
#include "core/train/centred.h"

namespace shellac::bindings {

train::Objective objectiveFrom(const Napi::Object& settings, const graph::Model& model) {
  static const std::map<std::string, MakeObjective> table = {
      {"cross-entropy", makeCrossEntropy},
      {"attention-distillation", makeAttentionDistillation},
      {"mode-connectivity", makeModeConnectivity},
      {"pruned-cross-entropy", makePrunedCrossEntropy},
      {"qu-anti-zation", makeQuAntiZation},
      {"adaptive", makeAdaptive},
      {"comp-artifact", makeCompArtifact},
      {"plant-backdoor", makePlantBackdoor},
      {"pq-dormancy", makePqDormancy},
      {"noisy-warp", makeNoisyWarp},
      {"sparse-mask", makeSparseMask},
      {"input-aware", makeInputAware},
      {"steganography", makeSteganography},
  };
  const auto name = text(settings, "name");
  const auto found = table.find(name);
  if (found == table.end())
    throw Error(Code::Internal, {.thing = "the objective", .found = name, .expected = "one of the table's"});
  auto objective = found->second(settings, model);
  if (const auto bits = optionalInteger(settings, "centredAt"))
    objective = train::centred(std::move(objective), *bits);
  const auto approximation = field(settings, "approximation");
  if (absent(approximation)) return objective;
  const auto moved = approximation.As<Napi::Object>();
  return train::approximated(objective, {.steps = integer(moved, "steps"), .bound = number(moved, "bound")});
}

}  // namespace shellac::bindings
