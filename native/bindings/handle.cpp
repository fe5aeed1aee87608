#include "bindings/handle.h"

#include <utility>

#include "core/error.h"

namespace shellac::bindings {
namespace {

constexpr napi_type_tag kModelTag = {0x5e11ac5e11ac0001, 0x6d6f64656c000001};

int64_t bytesOf(const LoadedModel& loaded) {
  size_t bytes = 0;
  for (const auto& [name, tensor] : loaded.model.tensors) bytes += tensor.nbytes();
  if (loaded.quantization)
    for (const auto& [name, weight] : loaded.quantization->weights) bytes += weight.codes.nbytes();
  return static_cast<int64_t>(bytes);
}

// A model, and its bytes as the garbage collector was told of them.
struct Held {
  ModelPointer model;
  int64_t bytes;

  void release(Napi::Env env) {
    model.reset();
    Napi::MemoryManagement::AdjustExternalMemory(env, -std::exchange(bytes, 0));
  }
};

Held& heldBy(const Napi::Value& handle) {
  if (!handle.IsExternal() || !handle.As<Napi::External<Held>>().CheckTypeTag(&kModelTag))
    throw Error(Code::Internal,
                {.thing = "model handle", .found = "another value", .remedy = "please report this"});
  return *handle.As<Napi::External<Held>>().Data();
}

}  // namespace

Napi::Value handleOf(Napi::Env env, ModelPointer model) {
  const auto bytes = bytesOf(*model);
  auto handle = Napi::External<Held>::New(env, std::make_unique<Held>(std::move(model), bytes).release(),
                                          [](Napi::Env finalizeEnv, Held* held) {
                                            const std::unique_ptr<Held> owned(held);
                                            owned->release(finalizeEnv);
                                          });
  handle.TypeTag(&kModelTag);
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes);
  return handle;
}

ModelPointer modelOf(const Napi::Value& handle) {
  const auto& held = heldBy(handle);
  if (held.model) return held.model;
  throw Error(Code::BadModel, {.thing = "model",
                               .found = "it was disposed of",
                               .expected = "a model that is still held",
                               .remedy = "dispose of it after its last use, or load it again"});
}

void releaseModel(const Napi::Value& handle) { heldBy(handle).release(handle.Env()); }

}  // namespace shellac::bindings
