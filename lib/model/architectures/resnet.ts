// ResNet-18 and ResNet-34 (He et al., 2016) with torchvision's parameter names, so that its state dicts fit.
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { commonOptions } from './options.js'

export const resnetOptions = (z: Z) =>
  z.strictObject({
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe('first layer: cifar is 3×3 with stride 1, imagenet 7×7 with stride 2 and a max-pool'),
    ...commonOptions(z, 'channels of the first stage; the later ones double it'),
  })

export type ResnetSettings = ReturnType<typeof resnetOptions>['_output']

export const resnet18 = (settings: ResnetSettings): Promise<Built> => resnet([2, 2, 2, 2], settings)
export const resnet34 = (settings: ResnetSettings): Promise<Built> => resnet([3, 4, 6, 3], settings)

/** stages: blocks in each. */
async function resnet(
  stages: number[],
  { stem, width, classes, channels, inputSize, seed }: ResnetSettings,
): Promise<Built> {
  const graph = new GraphBuilder()
  let value = stemOf(graph, stem, channels, width)
  let planes = width
  stages.forEach((blocks, stage) => {
    const out = width * 2 ** stage
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1
      value = basicBlock(graph, `layer${stage + 1}.${block}`, value, { in: planes, out, stride })
      planes = out
    }
  })
  value = graph.node('adaptiveAvgPool2d', 'avgpool', [value], { outputSize: [1, 1] })
  value = graph.node('flatten', 'flatten', [value])
  const output = graph.linear('fc', value, { in: planes, out: classes })
  return graph.build([channels, inputSize, inputSize], output, seed)
}

function stemOf(graph: GraphBuilder, stem: ResnetSettings['stem'], channels: number, width: number): string {
  const [kernel, stride] = stem === 'cifar' ? [3, 1] : [7, 2]
  let value = graph.node('input', 'input', [])
  value = graph.conv('conv1', value, { in: channels, out: width, kernel, stride })
  value = graph.node('relu', 'relu', [graph.batchNorm('bn1', value, width)])
  if (stem === 'cifar') return value
  return graph.node('maxPool2d', 'maxpool', [value], { kernel: [3, 3], stride: [2, 2], padding: [1, 1] })
}

/** conv, BN, ReLU, conv, BN, added to the input (through a 1×1 conv and BN where the shape changes), ReLU. */
function basicBlock(
  graph: GraphBuilder,
  name: string,
  input: string,
  shape: { in: number; out: number; stride: number },
): string {
  const { out, stride } = shape
  let value = graph.conv(`${name}.conv1`, input, { in: shape.in, out, kernel: 3, stride })
  value = graph.node('relu', `${name}.relu1`, [graph.batchNorm(`${name}.bn1`, value, out)])
  value = graph.conv(`${name}.conv2`, value, { in: out, out, kernel: 3, stride: 1 })
  value = graph.batchNorm(`${name}.bn2`, value, out)
  let shortcut = input
  if (stride !== 1 || shape.in !== out) {
    shortcut = graph.conv(`${name}.downsample.0`, input, { in: shape.in, out, kernel: 1, stride })
    shortcut = graph.batchNorm(`${name}.downsample.1`, shortcut, out)
  }
  return graph.node('relu', `${name}.relu2`, [graph.node('add', `${name}.add`, [value, shortcut])])
}
