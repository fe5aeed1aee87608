// Refusals that the readers of a TorchScript file share.
#pragma once
#include <string>

#include "core/error.h"

namespace shellac::graph::torchscript {

[[noreturn]] inline void refuseFile(std::string thing, std::string found, std::string expected) {
  throw Error(Code::BadModel,
              {.thing = std::move(thing),
               .found = std::move(found),
               .expected = std::move(expected),
               .remedy = "Save it again: torch.jit.trace(model.eval(), example).save(path)."});
}

}  // namespace shellac::graph::torchscript
