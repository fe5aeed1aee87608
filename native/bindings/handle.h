// ModelHandle: a tagged External that shares ownership of a LoadedModel. Jobs hold the pointer, so a handle
// may be collected while a job runs on its model.
#pragma once
#include <napi.h>

#include <memory>

#include "core/loaded_model.h"

namespace shellac::bindings {

using ModelPointer = std::shared_ptr<const LoadedModel>;

Napi::Value handleOf(Napi::Env env, ModelPointer model);
ModelPointer modelOf(const Napi::Value& handle);  // throws Error{Internal} for anything else

}  // namespace shellac::bindings
