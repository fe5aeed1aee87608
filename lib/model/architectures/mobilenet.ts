// MobileNetV2 (Sandler et al., 2018) with torchvision's parameter names, so that its state dicts fit.
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { commonOptions } from './options.js'

export const mobilenetV2Options = (z: Z) =>
  z.strictObject({
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe('strides: cifar has 1 in the first layer and in the second stage, imagenet 2'),
    ...commonOptions(
      z,
      'channels of the first layer; all others follow in the proportions of the original, at 32',
      32,
    ),
  })

export type MobilenetV2Settings = ReturnType<typeof mobilenetV2Options>['_output']

interface Stage {
  expansion: number
  out: number
  blocks: number
  stride: number
}

/** The paper's Table 2, channels at a width of 32. */
const STAGES: Stage[] = [
  { expansion: 1, out: 16, blocks: 1, stride: 1 },
  { expansion: 6, out: 24, blocks: 2, stride: 2 },
  { expansion: 6, out: 32, blocks: 3, stride: 2 },
  { expansion: 6, out: 64, blocks: 4, stride: 2 },
  { expansion: 6, out: 96, blocks: 3, stride: 1 },
  { expansion: 6, out: 160, blocks: 3, stride: 2 },
  { expansion: 6, out: 320, blocks: 1, stride: 1 },
]
const LAST = 1280

export async function mobilenetV2(settings: MobilenetV2Settings): Promise<Built> {
  const { stem, width, classes, channels, inputSize, seed } = settings
  const graph = new GraphBuilder()
  const first = stem === 'cifar' ? 1 : 2
  const scaled = (count: number) => Math.max(1, Math.round((count * width) / 32))
  const input = graph.node('input', 'input', [])
  let value = layer(graph, 'features.0', input, { in: channels, out: width, kernel: 3, stride: first })
  let planes = width
  let index = 1
  STAGES.forEach((stage, at) => {
    for (let block = 0; block < stage.blocks; block++, index++) {
      const stride = block > 0 ? 1 : at === 1 ? first : stage.stride
      const shape = { in: planes, out: scaled(stage.out), expansion: stage.expansion, stride }
      value = invertedResidual(graph, `features.${index}`, value, shape)
      planes = shape.out
    }
  })
  value = layer(graph, `features.${index}`, value, { in: planes, out: scaled(LAST), kernel: 1, stride: 1 })
  value = graph.node('adaptiveAvgPool2d', 'avgpool', [value], { outputSize: [1, 1] })
  value = graph.node('dropout', 'classifier.0', [graph.node('flatten', 'flatten', [value])], { p: 0.2 })
  const output = graph.linear('classifier.1', value, { in: scaled(LAST), out: classes })
  return graph.build([channels, inputSize, inputSize], output, seed)
}

interface LayerShape {
  in: number
  out: number
  kernel: number
  stride: number
  groups?: number
}

/** conv, BN, ReLU6. */
function layer(graph: GraphBuilder, name: string, input: string, shape: LayerShape): string {
  const value = graph.batchNorm(`${name}.1`, graph.conv(`${name}.0`, input, shape), shape.out)
  return graph.node('relu6', `${name}.2`, [value])
}

/** 1×1 to more channels, 3×3 on each of them, 1×1 to fewer without an activation; added to the input where shapes allow. */
function invertedResidual(
  graph: GraphBuilder,
  name: string,
  input: string,
  shape: { in: number; out: number; expansion: number; stride: number },
): string {
  const hidden = shape.in * shape.expansion
  let value = input
  let at = 0
  if (shape.expansion !== 1)
    value = layer(graph, `${name}.conv.${at++}`, value, { in: shape.in, out: hidden, kernel: 1, stride: 1 })
  const each = { in: hidden, out: hidden, kernel: 3, stride: shape.stride, groups: hidden }
  value = layer(graph, `${name}.conv.${at++}`, value, each)
  value = graph.conv(`${name}.conv.${at}`, value, { in: hidden, out: shape.out, kernel: 1, stride: 1 })
  value = graph.batchNorm(`${name}.conv.${at + 1}`, value, shape.out)
  return shape.stride === 1 && shape.in === shape.out
    ? graph.node('add', `${name}.add`, [input, value])
    : value
}
