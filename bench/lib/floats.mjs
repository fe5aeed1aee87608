/** A dataset as model.forward() takes it: normalized, [n, channels, height, width]. */
export function floats({ pixels, shape, normalization }, model) {
  const { mean, deviation } = model.normalization ?? normalization
  const [, channels, height, width] = shape
  const data = new Float32Array(pixels.length)
  for (let at = 0; at < data.length; at++) {
    const channel = Math.floor(at / (height * width)) % channels
    data[at] = (pixels[at] / 255 - mean[channel]) / deviation[channel]
  }
  return { data, shape: [...shape] }
}
