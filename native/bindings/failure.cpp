#include "bindings/failure.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <system_error>

namespace shellac::bindings {
namespace {

Failure outOfMemory(const std::string& what) {
  return {Code::OutOfMemory,
          {.thing = "memory",
           .found = what,
           .expected = "enough for the job",
           .remedy = "use a smaller batch, fewer images or columns, or a machine with more memory"},
          "memory: " + what};
}

// Exhaustion as plain exceptions have it: libtorch's CPU allocator, a size that no address space holds,
// oneDNN without room for the code that it generates, the libraries of CUDA.
bool isAllocationFailure(std::string_view what) {
  constexpr std::array<std::string_view, 7> signs{
      "DefaultCPUAllocator",          "not enough memory",          "Storage size calculation",
      "could not create a primitive", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED",
      "CUDA error: out of memory"};
  return std::ranges::any_of(signs, [&](auto sign) { return what.find(sign) != std::string_view::npos; });
}

Failure ofTorch(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  if (isAllocationFailure(what)) return outOfMemory("libtorch could not allocate");
  return {Code::Internal,
          {.thing = "libtorch", .found = what, .remedy = "please report this"},
          "libtorch: " + what};
}

Failure ofLibrary(const std::string& what) {
  if (isAllocationFailure(what)) return outOfMemory("a library could not allocate: " + what);
  return {Code::Internal, {.thing = "core", .found = what, .remedy = "please report this"}, what};
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
  } catch (const std::system_error& error) {  // of std::thread
    return outOfMemory(std::string("no thread could be started: ") + error.what());
  } catch (const std::exception& error) {
    return ofLibrary(error.what());
  } catch (...) {
    return ofLibrary("an exception of an unknown kind");
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
