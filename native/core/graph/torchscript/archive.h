// A TorchScript file as bytes that were judged: what libtorch reads afterwards is what was looked at.
#pragma once
#include <string>

namespace shellac::graph::torchscript {

// Throws Error{BadModel}: no zip archive, damaged (checksums), absurd sizes, a state dict, code that would
// run while loading.
std::string readArchive(const std::string& path);

}  // namespace shellac::graph::torchscript
