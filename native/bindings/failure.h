// What a JavaScript caller gets for an exception of the core: an Error with `code` and `complaint`.
#pragma once
#include <napi.h>

#include <exception>
#include <string>

#include "core/error.h"

namespace shellac::bindings {

struct Failure {
  Code code = Code::Internal;
  Complaint complaint = {};
  std::string message = {};
};

// shellac::Error keeps its code; running out of memory has its own; whatever else comes is our fault.
Failure failureOf(std::exception_ptr exception);
Napi::Error toJsError(Napi::Env env, const Failure& failure);

// For entry points that work on the JS thread: exceptions of `body` become JavaScript's.
template <typename Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw toJsError(env, failureOf(std::current_exception()));
  }
}

}  // namespace shellac::bindings
