// ModelSpec of binding.d.ts, both ways.
#pragma once
#include <napi.h>

#include "core/loaded_model.h"

namespace shellac::bindings {

LoadedModel modelFrom(const Napi::Object& modelSpec);
Napi::Object toJs(Napi::Env env, const LoadedModel& loaded);
Napi::Object toJs(Napi::Env env, const graph::Graph& graph);

}  // namespace shellac::bindings
