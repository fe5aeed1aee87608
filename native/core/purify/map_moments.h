// Mean and unbiased variance of each channel of each sample, over its map: both [n, c, 1, 1] of y [n, c, h,
// w]. at::var_mean() goes through a channels-last y one number at a time.
#pragma once
#include <ATen/core/Tensor.h>

namespace shellac::purify {

struct MapMoments {
  at::Tensor variance, mean;
};

// Of maps of two elements or more.
MapMoments mapMoments(const at::Tensor& y);

}  // namespace shellac::purify
