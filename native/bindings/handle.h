// ModelHandle: a tagged External that shares ownership of a LoadedModel. Jobs hold the pointer, so a handle
// may be collected while a job runs on its model.
#pragma once
#include <napi.h>

#include <memory>

#include "core/loaded_model.h"

namespace shellac::bindings {

using ModelPointer = std::shared_ptr<const LoadedModel>;

Napi::Value handleOf(Napi::Env env, ModelPointer model);
// Throws Error{BadModel} for a model that was disposed of, Error{Internal} for what is no model.
ModelPointer modelOf(const Napi::Value& handle);
void releaseModel(const Napi::Value& handle);  // a job that runs on it keeps it until it ends

}  // namespace shellac::bindings
