#include "bindings/convert.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <cstring>

#include "bindings/handle.h"
#include "core/error.h"

namespace shellac::bindings {
namespace {

[[noreturn]] void wrongType(const std::string& name, const std::string& expected) {
  throw Error(Code::Internal, {.thing = "native argument '" + name + "'",
                               .found = "a value of another type",
                               .expected = expected,
                               .remedy = "please report this"});
}

int64_t checkedCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const auto size : shape)
    if (size < 0 || __builtin_mul_overflow(count, size, &count))
      throw Error(Code::BadData, {.thing = "tensor",
                                  .found = "shape " + showShape(shape),
                                  .expected = "sizes that are not negative and fit into memory"});
  return count;
}

at::Tensor copyBytes(const void* bytes, size_t length, const std::vector<int64_t>& shape,
                     at::ScalarType type) {
  const auto count = checkedCount(shape);
  if (length != static_cast<size_t>(count) * c10::elementSize(type))
    throw Error(Code::BadData,
                {.thing = "tensor of shape " + showShape(shape),
                 .found = std::to_string(length) + " bytes",
                 .expected = std::to_string(static_cast<size_t>(count) * c10::elementSize(type)) + " bytes"});
  auto tensor = at::empty(shape, at::TensorOptions().dtype(type).device(at::kCPU));
  if (length > 0) std::memcpy(tensor.data_ptr(), bytes, length);
  return tensor;
}

at::ScalarType scalarType(const std::string& name) {
  if (name == "float32") return at::kFloat;
  if (name == "float64") return at::kDouble;
  if (name == "int8") return at::kChar;
  if (name == "uint8") return at::kByte;
  wrongType("dtype", "float32, float64, int8 or uint8");
}

const char* typeName(at::ScalarType type) {
  if (type == at::kChar) return "int8";
  if (type == at::kDouble) return "float64";
  return type == at::kByte ? "uint8" : "float32";
}

Napi::Array numbersToJs(Napi::Env env, const at::Tensor& tensor) {
  const auto flat = tensor.to(at::kCPU).to(at::kDouble).contiguous();
  auto array = Napi::Array::New(env, flat.numel());
  for (int64_t i = 0; i < flat.numel(); ++i)
    array.Set(static_cast<uint32_t>(i), flat.const_data_ptr<double>()[i]);
  return array;
}

}  // namespace

Napi::Value field(const Napi::Object& object, const char* name) { return object.Get(name); }

Napi::Object objectFrom(const Napi::Value& value, const char* name) {
  if (!value.IsObject()) wrongType(name, "an object");
  return value.As<Napi::Object>();
}

Napi::Object object(const Napi::Object& parent, const char* name) {
  return objectFrom(field(parent, name), name);
}

Napi::Array array(const Napi::Object& parent, const char* name) {
  const auto value = field(parent, name);
  if (!value.IsArray()) wrongType(name, "an array");
  return value.As<Napi::Array>();
}

std::string text(const Napi::Object& parent, const char* name) {
  const auto value = field(parent, name);
  if (!value.IsString()) wrongType(name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

double number(const Napi::Object& parent, const char* name) {
  const auto value = field(parent, name);
  if (!value.IsNumber()) wrongType(name, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

int64_t integer(const Napi::Object& parent, const char* name) {
  const auto value = field(parent, name);
  if (!value.IsNumber()) wrongType(name, "an integer");
  return value.As<Napi::Number>().Int64Value();
}

bool flag(const Napi::Object& parent, const char* name) {
  const auto value = field(parent, name);
  if (!value.IsBoolean()) wrongType(name, "true or false");
  return value.As<Napi::Boolean>().Value();
}

std::vector<int64_t> integers(const Napi::Value& value) {
  if (!value.IsArray()) wrongType("integers", "an array");
  const auto array = value.As<Napi::Array>();
  std::vector<int64_t> result;
  for (uint32_t i = 0; i < array.Length(); ++i) result.push_back(array.Get(i).ToNumber().Int64Value());
  return result;
}

std::vector<double> numbers(const Napi::Value& value) {
  if (!value.IsArray()) wrongType("numbers", "an array");
  const auto array = value.As<Napi::Array>();
  std::vector<double> result;
  for (uint32_t i = 0; i < array.Length(); ++i) result.push_back(array.Get(i).ToNumber().DoubleValue());
  return result;
}

std::vector<std::string> texts(const Napi::Value& value) {
  if (!value.IsArray()) wrongType("texts", "an array");
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> result;
  for (uint32_t i = 0; i < array.Length(); ++i) result.push_back(array.Get(i).ToString().Utf8Value());
  return result;
}

bool absent(const Napi::Value& value) { return value.IsNull() || value.IsUndefined(); }

std::optional<double> optionalNumber(const Napi::Object& parent, const char* name) {
  if (absent(field(parent, name))) return std::nullopt;
  return number(parent, name);
}

std::optional<int64_t> optionalInteger(const Napi::Object& parent, const char* name) {
  if (absent(field(parent, name))) return std::nullopt;
  return integer(parent, name);
}

at::Tensor tensorFrom(const Napi::Value& value) {
  if (!value.IsObject()) wrongType("tensor", "TensorData");
  const auto tensor = value.As<Napi::Object>();
  const auto data = field(tensor, "data");
  if (!data.IsTypedArray()) wrongType("tensor.data", "a Uint8Array");
  const auto bytes = data.As<Napi::Uint8Array>();
  return copyBytes(bytes.Data(), bytes.ByteLength(), integers(field(tensor, "shape")),
                   scalarType(text(tensor, "dtype")));
}

at::Tensor floatsFrom(const Napi::Value& value, const std::vector<int64_t>& shape) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array)
    wrongType("data", "a Float32Array");
  const auto floats = value.As<Napi::Float32Array>();
  return copyBytes(floats.Data(), floats.ByteLength(), shape, at::kFloat);
}

Napi::Object tensorToJs(Napi::Env env, const at::Tensor& tensor) {
  const auto contiguous = tensor.detach().to(at::kCPU).contiguous();
  auto bytes = newArray<Napi::Uint8Array>(env, "Uint8Array", contiguous.nbytes());
  if (contiguous.nbytes() > 0) std::memcpy(bytes.Data(), contiguous.const_data_ptr(), contiguous.nbytes());
  auto result = Napi::Object::New(env);
  result.Set("dtype", typeName(contiguous.scalar_type()));
  result.Set("shape", toJs(env, contiguous.sizes().vec()));
  result.Set("data", bytes);
  return result;
}

Kept keptFrom(const Napi::Value& value) {
  Kept kept;
  eachProperty(value.As<Napi::Object>(),
               [&](const std::string& name, const Napi::Value& tensor) { kept[name] = tensorFrom(tensor); });
  return kept;
}

Napi::Object toJs(Napi::Env env, const Kept& kept) {
  auto result = Napi::Object::New(env);
  for (const auto& [name, tensor] : kept) result.Set(name, tensorToJs(env, tensor));
  return result;
}

Napi::Float32Array floatsToJs(Napi::Env env, const at::Tensor& tensor) {
  const auto floats = tensor.detach().to(at::kCPU).to(at::kFloat).contiguous();
  auto result = newArray<Napi::Float32Array>(env, "Float32Array", floats.numel());
  if (floats.numel() > 0) std::memcpy(result.Data(), floats.const_data_ptr(), floats.nbytes());
  return result;
}

Napi::Array toJs(Napi::Env env, const std::vector<int64_t>& values) {
  auto array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i)
    array.Set(static_cast<uint32_t>(i), static_cast<double>(values[i]));
  return array;
}

Napi::Array toJs(Napi::Env env, const std::vector<std::string>& values) {
  auto array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) array.Set(static_cast<uint32_t>(i), values[i]);
  return array;
}

data::Images imagesFrom(const Napi::Value& value) {
  if (!value.IsObject()) wrongType("images", "ImagesData");
  const auto images = value.As<Napi::Object>();
  const auto shape = integers(field(images, "shape"));
  const auto pixels = field(images, "pixels").As<Napi::Uint8Array>();
  data::Images result{.pixels = copyBytes(pixels.Data(), pixels.ByteLength(), shape, at::kByte),
                      .labels = {},
                      .mean = at::tensor(numbers(field(images, "mean")), at::kFloat),
                      .deviation = at::tensor(numbers(field(images, "deviation")), at::kFloat)};
  if (const auto labels = field(images, "labels"); !absent(labels)) {
    const auto array = labels.As<Napi::Int32Array>();
    result.labels = copyBytes(array.Data(), array.ByteLength(), {shape.at(0)}, at::kInt).to(at::kLong);
  }
  if (shape.size() != 4 || shape[0] < 1)
    throw Error(Code::BadData, {.thing = "images",
                                .found = "shape " + showShape(shape),
                                .expected = "[n, c, h, w] with n of at least 1"});
  if (result.mean.numel() != shape[1] || result.deviation.numel() != shape[1])
    throw Error(Code::BadData,
                {.thing = "normalization of images with " + std::to_string(shape[1]) + " channels",
                 .found = std::to_string(result.mean.numel()) + " means",
                 .expected = "one mean and one deviation a channel"});
  return result;
}

data::Trigger triggerFrom(const Napi::Value& value, const std::vector<int64_t>& shape) {
  if (!value.IsObject()) wrongType("trigger", "TriggerData");
  const auto trigger = value.As<Napi::Object>();
  const auto places = field(trigger, "places"), network = field(trigger, "network");
  data::Trigger result{
      .scale = floatsFrom(field(trigger, "scale"), shape),
      .offset = floatsFrom(field(trigger, "offset"), shape),
      .offsetTimesMax = flag(trigger, "offsetTimesMax"),
      .places = absent(places) ? at::Tensor{} : floatsFrom(places, {shape.at(1), shape.at(2), 2})};
  if (!absent(network))
    result.network = [loaded = modelOf(network)](const at::Tensor& pixels) {
      return loaded->keptProgram(pixels.device())->run({pixels}).front().reshape(pixels.sizes());
    };
  return result;
}

quant::Quantizer quantizerFrom(const Napi::Value& value) {
  if (!value.IsObject()) wrongType("quantizer", "QuantizerSpec");
  const auto spec = value.As<Napi::Object>();
  const quant::Grid grid{integer(spec, "bits"), flag(spec, "symmetric"), flag(spec, "perChannel")};
  const auto zeroPoints = integers(field(spec, "zeroPoint"));
  return {grid, at::tensor(numbers(field(spec, "scale")), at::kDouble).to(at::kFloat),
          at::tensor(zeroPoints, at::kLong).to(at::kInt)};
}

Napi::Object toJs(Napi::Env env, const quant::Quantizer& quantizer) {
  auto spec = Napi::Object::New(env);
  spec.Set("bits", static_cast<double>(quantizer.grid().bits));
  spec.Set("symmetric", quantizer.grid().symmetric);
  spec.Set("perChannel", quantizer.grid().perChannel);
  spec.Set("scale", numbersToJs(env, quantizer.scale()));
  spec.Set("zeroPoint", numbersToJs(env, quantizer.zeroPoint()));
  return spec;
}

}  // namespace shellac::bindings
