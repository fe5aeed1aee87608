#include "core/part.h"

namespace shellac {

graph::Program part(const LoadedModel& loaded, std::vector<std::string> given,
                    std::vector<std::string> wanted, at::Device device) {
  const auto nodes = graph::nodesBetween(loaded.model.graph, given, wanted);
  return {loaded.model.to(device),
          loaded.quantization ? loaded.quantization->substitutes(nodes, device) : graph::Substitutes{},
          std::move(given), std::move(wanted)};
}

}  // namespace shellac
