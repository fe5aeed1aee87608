// Some of a loaded model, ready to be run.
#pragma once
#include <string>
#include <vector>

#include "core/loaded_model.h"

namespace shellac {

// From the given values to the wanted ones, as graph::Program takes them, read as the whole model is: a
// quantized one by its codes and quantizers. A given value is taken as it is, already rounded where it has a
// quantizer.
graph::Program part(const LoadedModel& loaded, std::vector<std::string> given,
                    std::vector<std::string> wanted, at::Device device);

}  // namespace shellac
