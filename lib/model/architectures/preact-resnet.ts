// PreActResNet-18 (He et al., 2016b): BN and ReLU before each convolution instead of behind it. Names, and no BN behind
// the last block, are those of the layout that backdoor benchmarks train: conv1, layerN.M.bn1 .. conv2, shortcut.0, linear.
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { commonOptions } from './options.js'

export const preactResnet18Options = (z: Z) =>
  z.strictObject({
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe('first layer: cifar is 3×3 with stride 1, imagenet 7×7 with stride 2 and a max-pool'),
    ...commonOptions(z, 'channels of the first stage; the later ones double it'),
  })

export type PreactResnet18Settings = ReturnType<typeof preactResnet18Options>['_output']

const STAGES = 4
const BLOCKS = 2

export async function preactResnet18(settings: PreactResnet18Settings): Promise<Built> {
  const { stem, width, classes, channels, inputSize, seed } = settings
  const graph = new GraphBuilder()
  const [kernel, stride] = stem === 'cifar' ? [3, 1] : [7, 2]
  let value = graph.node('input', 'input', [])
  value = graph.conv('conv1', value, { in: channels, out: width, kernel, stride })
  if (stem === 'imagenet') {
    const pool = { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }
    value = graph.node('maxPool2d', 'maxpool', [value], pool)
  }
  let planes = width
  for (let stage = 0; stage < STAGES; stage++) {
    const out = width * 2 ** stage
    for (let block = 0; block < BLOCKS; block++) {
      const shape = { in: planes, out, stride: stage > 0 && block === 0 ? 2 : 1 }
      value = preactBlock(graph, `layer${stage + 1}.${block}`, value, shape)
      planes = out
    }
  }
  value = graph.node('adaptiveAvgPool2d', 'avgpool', [value], { outputSize: [1, 1] })
  value = graph.node('flatten', 'flatten', [value])
  const output = graph.linear('linear', value, { in: planes, out: classes })
  return graph.build([channels, inputSize, inputSize], output, seed)
}

/** BN, ReLU, conv, BN, ReLU, conv; added to the input, or where the shape changes to a 1×1 conv of what the first ReLU gives. */
function preactBlock(
  graph: GraphBuilder,
  name: string,
  input: string,
  shape: { in: number; out: number; stride: number },
): string {
  const { out, stride } = shape
  const active = graph.node('relu', `${name}.relu1`, [graph.batchNorm(`${name}.bn1`, input, shape.in)])
  const shortcut =
    stride === 1 && shape.in === out
      ? input
      : graph.conv(`${name}.shortcut.0`, active, { in: shape.in, out, kernel: 1, stride })
  let value = graph.conv(`${name}.conv1`, active, { in: shape.in, out, kernel: 3, stride })
  value = graph.node('relu', `${name}.relu2`, [graph.batchNorm(`${name}.bn2`, value, out)])
  value = graph.conv(`${name}.conv2`, value, { in: out, out, kernel: 3, stride: 1 })
  return graph.node('add', `${name}.add`, [value, shortcut])
}
