#include "bindings/objectives.h"

#include <map>
#include <string>

#include "bindings/convert.h"
#include "core/error.h"

namespace shellac::bindings {

train::Objective objectiveFrom(const Napi::Object& settings, const graph::Model& model) {
  static const std::map<std::string, MakeObjective> table = {
      {"cross-entropy", makeCrossEntropy},
      {"qu-anti-zation", makeQuAntiZation},
      {"adaptive", makeAdaptive},
      {"comp-artifact", makeCompArtifact},
      {"plant-backdoor", makePlantBackdoor},
      {"pq-dormancy", makePqDormancy},
  };
  const auto name = text(settings, "name");
  const auto found = table.find(name);
  if (found == table.end())
    throw Error(Code::Internal, {.thing = "the objective", .found = name, .expected = "one of the table's"});
  return found->second(settings, model);
}

}  // namespace shellac::bindings
