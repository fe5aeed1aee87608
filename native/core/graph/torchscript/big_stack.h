// libtorch's parser, compiler and destructors recurse over what a file nests. The limits on nesting are set
// so that this stack holds them; it is reserved, not used, until a file needs it.
#pragma once
#include <functional>

namespace shellac::graph::torchscript {

// Runs it on a thread of its own and waits. What it throws is thrown here.
void onBigStack(const std::function<void()>& work);

}  // namespace shellac::graph::torchscript
