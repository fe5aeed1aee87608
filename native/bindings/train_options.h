#pragma once
#include <napi.h>

#include <string>
#include <vector>

#include "core/train/trainer.h"

namespace shellac::bindings {

train::Schedule scheduleFrom(const std::string& name);
train::Options trainOptionsFrom(const Napi::Object& trainOptions, const std::vector<int64_t>& imageShape);

}  // namespace shellac::bindings
