#include "core/graph/torchscript/big_stack.h"

#include <pthread.h>

#include <exception>

#include "core/error.h"

namespace shellac::graph::torchscript {
namespace {

constexpr size_t stackBytes = size_t{512} << 20;

struct Errand {
  const std::function<void()>& work;
  std::exception_ptr failure = nullptr;
};

void* carryOut(void* argument) {
  auto& errand = *static_cast<Errand*>(argument);
  try {
    errand.work();
  } catch (...) {
    errand.failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void onBigStack(const std::function<void()>& work) {
  Errand errand{work};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stackBytes);
  pthread_t thread;
  const int failed = pthread_create(&thread, &attributes, carryOut, &errand);
  pthread_attr_destroy(&attributes);
  if (failed) {
    throw Error(Code::OutOfMemory, {.thing = "reading TorchScript",
                                    .found = "no room for a stack of 512 MiB",
                                    .expected = "as much address space",
                                    .remedy = "Raise the process's limit of virtual memory (ulimit -v)."});
  }
  pthread_join(thread, nullptr);
  if (errand.failure) std::rethrow_exception(errand.failure);
}

}  // namespace shellac::graph::torchscript
