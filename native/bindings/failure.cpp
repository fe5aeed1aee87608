#include "bindings/failure.h"

#include <c10/util/Exception.h>

#include <new>

namespace shellac::bindings {
namespace {

Failure outOfMemory(const std::string& what) {
  return {Code::OutOfMemory,
          {.thing = "memory",
           .found = what,
           .expected = "enough for the job",
           .remedy = "use fewer images or a smaller batch"},
          "memory: " + what};
}

// libtorch's CPU allocator reports exhaustion as a plain c10::Error.
bool isAllocationFailure(const std::string& what) {
  return what.find("DefaultCPUAllocator") != std::string::npos ||
         what.find("not enough memory") != std::string::npos;
}

Failure ofTorch(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  if (isAllocationFailure(what)) return outOfMemory("libtorch could not allocate");
  return {Code::Internal,
          {.thing = "libtorch", .found = what, .remedy = "please report this"},
          "libtorch: " + what};
}

}  // namespace

Failure failureOf(std::exception_ptr exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return {error.code, error.complaint, error.what()};
  } catch (const c10::OutOfMemoryError& error) {
    return outOfMemory(error.what_without_backtrace());
  } catch (const c10::Error& error) {
    return ofTorch(error);
  } catch (const std::bad_alloc&) {
    return outOfMemory("an allocation failed");
  } catch (const std::exception& error) {
    return {Code::Internal,
            {.thing = "core", .found = error.what(), .remedy = "please report this"},
            error.what()};
  }
}

Napi::Error toJsError(Napi::Env env, const Failure& failure) {
  auto error = Napi::Error::New(env, failure.message);
  auto complaint = Napi::Object::New(env);
  complaint.Set("thing", failure.complaint.thing);
  complaint.Set("found", failure.complaint.found);
  complaint.Set("expected", failure.complaint.expected);
  complaint.Set("remedy", failure.complaint.remedy);
  error.Set("code", codeName(failure.code));
  error.Set("complaint", complaint);
  return error;
}

}  // namespace shellac::bindings
