// Between JavaScript values and the core's: the shapes are those of binding.d.ts. The facade has validated
// options, so a wrong type here is a fault of ours and throws Error{Internal} by the field's name.
#pragma once
#include <ATen/core/Tensor.h>
#include <napi.h>

#include <optional>
#include <string>
#include <vector>

#include "core/data/images.h"
#include "core/data/trigger.h"
#include "core/kept.h"
#include "core/quant/quantizer.h"

namespace shellac::bindings {

// Fields of a plain object.
Napi::Value field(const Napi::Object& object, const char* name);
Napi::Object objectFrom(const Napi::Value& value, const char* name);  // name: for the message
Napi::Object object(const Napi::Object& object, const char* name);
Napi::Array array(const Napi::Object& object, const char* name);
std::string text(const Napi::Object& object, const char* name);
double number(const Napi::Object& object, const char* name);
int64_t integer(const Napi::Object& object, const char* name);
bool flag(const Napi::Object& object, const char* name);
std::vector<int64_t> integers(const Napi::Value& array);
std::vector<double> numbers(const Napi::Value& array);
std::vector<std::string> texts(const Napi::Value& array);
bool absent(const Napi::Value& value);  // null or undefined
std::optional<double> optionalNumber(const Napi::Object& object, const char* name);
std::optional<int64_t> optionalInteger(const Napi::Object& object, const char* name);

// Calls visit(name, value) for each own property.
template <typename Visit>
void eachProperty(const Napi::Object& object, Visit visit) {
  const auto names = object.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const auto name = names.Get(i).ToString().Utf8Value();
    visit(name, object.Get(name));
  }
}

// Tensors are copied: JavaScript may write to its buffers again at once.
at::Tensor tensorFrom(const Napi::Value& tensorData);  // TensorData
at::Tensor floatsFrom(const Napi::Value& float32Array,
                      const std::vector<int64_t>& shape);          // throws BadData on a wrong length
Napi::Object tensorToJs(Napi::Env env, const at::Tensor& tensor);  // TensorData
Kept keptFrom(const Napi::Value& kept);                            // Kept
Napi::Object toJs(Napi::Env env, const Kept& kept);
Napi::Float32Array floatsToJs(Napi::Env env, const at::Tensor& tensor);
// A typed array in JavaScript's own memory, zero. Throws its RangeError where there is not enough, while
// Array::New would end the process.
template <typename Array>
Array newArray(Napi::Env env, const char* type, size_t length) {
  const auto constructor = env.Global().Get(type).As<Napi::Function>();
  return constructor.New({Napi::Number::New(env, static_cast<double>(length))}).template As<Array>();
}
Napi::Array toJs(Napi::Env env, const std::vector<int64_t>& values);
Napi::Array toJs(Napi::Env env, const std::vector<std::string>& values);

data::Images imagesFrom(const Napi::Value& imagesData);  // ImagesData
data::Trigger triggerFrom(const Napi::Value& triggerData,
                          const std::vector<int64_t>& shape);  // TriggerData; [c, h, w]

quant::Quantizer quantizerFrom(const Napi::Value& quantizerSpec);  // QuantizerSpec
Napi::Object toJs(Napi::Env env, const quant::Quantizer& quantizer);

}  // namespace shellac::bindings
