// What measurements ask of their arguments.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace shellac::measure {

// Throws Error{BadOption} unless the target is one of the classes.
void checkTarget(int64_t target, int64_t classes);

// value: as the model made it, [n, ...]. Throws Error{BadOption} unless it has the channel.
void checkChannel(const std::string& name, const at::Tensor& value, int64_t channel);

}  // namespace shellac::measure
