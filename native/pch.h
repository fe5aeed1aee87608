// What nearly every file of the core includes, compiled once.
//
// Measured with g++ 12: a small file that runs two ATen ops takes 7.2 s of CPU without a precompiled
// header, 5.2 s with one of <ATen/core/Tensor.h>, 2.0 s with one of <ATen/ATen.h>, which itself takes 23 s
// once. Sources still name the narrow headers that they use: they say what a file depends on, and they are
// what a build without this header needs (cmake -DSHELLAC_PCH=OFF).
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>
