#include "core/parallel.h"

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

#include <algorithm>

namespace shellac {

// An iterator's loop is compiled into libtorch. This one goes over a byte for each grain of work, and its
// place says which.
void inParallel(int64_t n, int64_t grain, const std::function<void(int64_t, int64_t)>& work) {
  if (n <= 0) return;
  const auto grains = (n + grain - 1) / grain;
  auto places = at::empty({grains}, at::TensorOptions(at::kCPU).dtype(at::kByte));
  const auto* first = static_cast<const char*>(places.const_data_ptr());
  auto iterator = at::TensorIterator::nullary_op(places);
  iterator.for_each(
      [&](char** data, const int64_t*, int64_t length, int64_t rows) {
        const auto from = data[0] - first, to = from + length * rows;
        work(from * grain, std::min(to * grain, n));
      },
      /*grain_size=*/1);
}

}  // namespace shellac
