#include "bindings/handle.h"

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

}  // namespace

Napi::Value handleOf(Napi::Env env, ModelPointer model) {
  const auto bytes = bytesOf(*model);
  auto handle =
      Napi::External<ModelPointer>::New(env, std::make_unique<ModelPointer>(std::move(model)).release(),
                                        [bytes](Napi::Env finalizeEnv, ModelPointer* pointer) {
                                          const std::unique_ptr<ModelPointer> owned(pointer);
                                          Napi::MemoryManagement::AdjustExternalMemory(finalizeEnv, -bytes);
                                        });
  handle.TypeTag(&kModelTag);
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes);
  return handle;
}

ModelPointer modelOf(const Napi::Value& handle) {
  if (!handle.IsExternal() || !handle.As<Napi::External<ModelPointer>>().CheckTypeTag(&kModelTag))
    throw Error(Code::Internal,
                {.thing = "model handle", .found = "another value", .remedy = "please report this"});
  return *handle.As<Napi::External<ModelPointer>>().Data();
}

}  // namespace shellac::bindings
