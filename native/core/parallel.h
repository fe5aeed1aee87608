// Shares work out among libtorch's threads. at::parallel_for() is a template that needs OpenMP where it is
// compiled: here, without it, it would run everything on one thread, and with it the core would bring an
// OpenMP of its own beside libtorch's.
#pragma once
#include <cstdint>
#include <functional>

namespace shellac {

// work(from, to) on parts of 0 .. n that lie side by side, of `grain` or more; at once, on as many threads
// as at::set_num_threads() allows. Throws what work throws.
void inParallel(int64_t n, int64_t grain, const std::function<void(int64_t, int64_t)>& work);

}  // namespace shellac
