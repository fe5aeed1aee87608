#pragma once
#include <napi.h>

#include <string>
#include <vector>

#include "core/train/cross_entropy.h"
#include "core/train/qu_anti_zation.h"
#include "core/train/trainer.h"

namespace shellac::bindings {

train::Schedule scheduleFrom(const std::string& name);
train::Objective objectiveFrom(const Napi::Object& trainOptions, const graph::Graph& graph);
train::Options trainOptionsFrom(const Napi::Object& trainOptions, const std::vector<int64_t>& imageShape);

}  // namespace shellac::bindings
