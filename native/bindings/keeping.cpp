#include "bindings/keeping.h"

#include <chrono>

#include "bindings/convert.h"

namespace shellac::bindings {
namespace {

std::function<bool()> everyMilliseconds(double interval) {
  using Clock = std::chrono::steady_clock;
  return [interval, last = Clock::now()]() mutable {
    const auto now = Clock::now();
    if (std::chrono::duration<double, std::milli>(now - last).count() < interval) return false;
    last = now;
    return true;
  };
}

}  // namespace

Napi::Object startResumable(Napi::Env env, const Napi::Value& onProgress, const Napi::Value& keeping,
                            ResumableWork work) {
  auto& engine = Engine::of(env);
  if (absent(keeping)) return engine.start(env, onProgress, [=](const Job& job) { return work(job, {}); });
  const auto wanted = keeping.As<Napi::Object>();
  const auto interval = number(wanted, "everyMs");
  std::optional<Kept> from;
  if (const auto earlier = field(wanted, "from"); !absent(earlier)) from = keptFrom(earlier);
  return engine.start(env, onProgress, field(wanted, "keep"), [=](const Job& job, const Engine::Keep& keep) {
    return work(job, {.from = from, .due = everyMilliseconds(interval), .keep = keep});
  });
}

}  // namespace shellac::bindings
