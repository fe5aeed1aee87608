// A model of a chosen depth: equal layers in a chain, so that nothing but their number changes.
import { GraphBuilder } from '../../dist/model/architectures/architecture.js'
import { createFrom } from '../../dist/model/create-from.js'
import { loadNative } from '../../dist/native/core.js'

const CHANNELS = 32

/** `depth` convolutions (3×3, 32 channels, each with BN and ReLU) and a linear layer, for images [3, 32, 32]. */
export async function chain(depth) {
  const graph = new GraphBuilder()
  let value = graph.node('input', 'input', [])
  for (let layer = 1; layer <= depth; layer++) {
    const first = layer === 1
    const shape = { in: first ? 3 : CHANNELS, out: CHANNELS, kernel: 3, stride: first ? 2 : 1 }
    value = graph.batchNorm(`bn${layer}`, graph.conv(`conv${layer}`, value, shape), CHANNELS)
    value = graph.node('relu', `relu${layer}`, [value])
  }
  value = graph.node('adaptiveAvgPool2d', 'avgpool', [value], { outputSize: [1, 1] })
  value = graph.node('flatten', 'flatten', [value])
  const output = graph.linear('fc', value, { in: CHANNELS, out: 10 })
  const built = await graph.build([3, 32, 32], output, 0)
  const facts = { name: `chain of ${depth}`, normalization: null, classes: null, provenance: null }
  return createFrom(loadNative, { ...built, quantization: null }, facts)
}
