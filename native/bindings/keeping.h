// Jobs that can be resumed: what they keep goes to JavaScript through the engine's channel, in order with
// progress and result.
#pragma once
#include "bindings/engine.h"

namespace shellac::bindings {

using ResumableWork = std::function<Finish(const Job&, const Keeping&)>;

// As Engine::start. keeping: Keeping of binding.d.ts, or undefined.
Napi::Object startResumable(Napi::Env env, const Napi::Value& onProgress, const Napi::Value& keeping,
                            ResumableWork work);

}  // namespace shellac::bindings
