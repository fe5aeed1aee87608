// Hides a message in images (after StegaStamp; Tancik et al., CVPR 2020, which ISSBA takes its trigger from;
// Li et al., ICCV 2021). One network is trained whose embedBits node reads the message: it makes a residual
// of image and message, adds it to the image, and reads the message out of that again, a logit a bit.
//   BCE(logits, message) + weight·s·mean(residual²),   a new random message for each image and step
// s = max(1 − BCE/ln 2, 0), a constant to the gradient: how well the message can be read, 0 as long as it is
// guessed. With the full weight from the start there would never be a message to read (StegaStamp raises it
// with the steps).
#pragma once
#include <cstdint>
#include <string>

#include "core/train/objective.h"

namespace shellac::train {

struct Steganography {
  std::string residual;  // name of its value
  double weight = 1;
  uint64_t seed = 0;  // of the messages
};

// BN on batch statistics. Labels are not read.
Objective steganography(const Steganography& settings);

}  // namespace shellac::train
