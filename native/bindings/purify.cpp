#include "core/purify/purify.h"

#include "bindings/convert.h"
#include "bindings/engine.h"
#include "bindings/entry_points.h"
#include "bindings/handle.h"
#include "bindings/job_options.h"
#include "bindings/keeping.h"
#include "bindings/quantize_options.h"
#include "bindings/rounding_options.h"

namespace shellac::bindings {
namespace {

purify::SolverKind solverFrom(const std::string& name) {
  using enum purify::SolverKind;
  static const std::map<std::string, purify::SolverKind> kinds{
      {"closed-form", ClosedForm}, {"adam-official", AdamOfficial},
      {"adam-paper", AdamPaper},   {"efrap", Efrap},
      {"adaround", AdaRound},      {"brecq", Brecq}};
  return kinds.at(name);
}

purify::PdaForm pdaFrom(const std::string& name) {
  if (name == "official") return purify::PdaForm::Official;
  return name == "paper" ? purify::PdaForm::Paper : purify::PdaForm::None;
}

purify::Options optionsFrom(const Napi::Object& options) {
  return {.quantizer = quantizeOptionsFrom(options),
          .solver = solverFrom(text(options, "solver")),
          .pda = pdaFrom(text(options, "pda")),
          .pdaSteps = integer(options, "pdaSteps"),
          .pdaBound = number(options, "pdaBound"),
          .columns = integer(options, "columns"),
          .damping = number(options, "damping"),
          .iterations = integer(options, "iterations"),
          .learningRate = number(options, "learningRate"),
          .batch = integer(options, "batch"),
          .seed = static_cast<uint64_t>(integer(options, "seed")),
          .rounding = roundingFrom(field(options, "rounding"))};
}

Napi::Array numbersToJs(Napi::Env env, const std::vector<double>& values) {
  auto array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) array.Set(static_cast<uint32_t>(i), values[i]);
  return array;
}

Napi::Object reportToJs(Napi::Env env, const purify::UnitReport& report) {
  auto object = Napi::Object::New(env);
  object.Set("unit", report.unit);
  object.Set("lossBefore", report.lossBefore);
  object.Set("lossAfter", report.lossAfter);
  object.Set("iterations", static_cast<double>(report.iterations));
  object.Set("damping", report.damping);
  object.Set("trace", numbersToJs(env, report.trace));
  object.Set("pda", report.pda);
  object.Set("pdaBefore", report.pdaBefore);
  object.Set("pdaAfter", report.pdaAfter);
  object.Set("seconds", report.seconds);
  return object;
}

}  // namespace

Napi::Value purify(const Napi::CallbackInfo& info) {
  const auto loaded = modelOf(info[0]);
  const auto calibration = imagesFrom(info[1]);
  const auto options = info[2].As<Napi::Object>();
  const auto settings = optionsFrom(options);
  const auto jobOptions = jobOptionsFrom(options);
  const auto work = [=](const Job& job, const Keeping& keeping) -> Finish {
    const auto& model = fullPrecision(*loaded);
    loaded->classes(calibration.shape());
    auto result = purify::purify(model, calibration, settings, jobOptions.enter(), job, keeping);
    const auto purified =
        std::make_shared<const LoadedModel>(quantizedModel(model, std::move(result.quantization)));
    return [purified, units = result.units](Napi::Env env) -> Napi::Value {
      auto object = Napi::Object::New(env);
      auto reports = Napi::Array::New(env, units.size());
      for (size_t i = 0; i < units.size(); ++i)
        reports.Set(static_cast<uint32_t>(i), reportToJs(env, units[i]));
      object.Set("model", handleOf(env, purified));
      object.Set("units", reports);
      return object;
    };
  };
  return startResumable(info.Env(), info[3], info[4], work);
}

}  // namespace shellac::bindings
