#include "core/measure/checks.h"

#include "core/error.h"
#include "core/graph/layout.h"

namespace shellac::measure {

void checkTarget(int64_t target, int64_t classes) {
  if (target < 0 || target >= classes)
    throw Error(Code::BadOption, {.thing = "target",
                                  .found = std::to_string(target),
                                  .expected = "a class index from 0 to " + std::to_string(classes - 1),
                                  .remedy = "pass the attacker's target class"});
}

void checkChannel(const std::string& name, const at::Tensor& value, int64_t channel) {
  const auto channels = value.size(graph::channelAxis(value));
  if (channel < 0 || channel >= channels)
    throw Error(Code::BadOption, {.thing = "channel of " + name,
                                  .found = std::to_string(channel),
                                  .expected = "0 to " + std::to_string(channels - 1),
                                  .remedy = "`shellac inspect` lists the nodes and their shapes."});
}

}  // namespace shellac::measure
