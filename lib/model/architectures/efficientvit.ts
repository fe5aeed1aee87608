// EfficientViT (Cai et al., 2023), B0 and B1, with timm's parameter names, so that its state dicts fit: inverted
// residuals, and in the last two stages multi-scale attention of linear cost.
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { attention, inverted, layer, residual, separable } from './efficientvit-layers.js'
import { commonOptions } from './options.js'

/** depths: blocks of the stem and the stages. head: features of the two hidden layers, over the width. */
const VARIANTS = {
  b0: { width: 8, depths: [1, 2, 2, 2, 2], head: [128, 160] },
  b1: { width: 16, depths: [1, 2, 3, 3, 4], head: [96, 100] },
} as const
const ATTENTION = 2 // the first stage that has it

export const efficientvitOptions = (z: Z) =>
  z.strictObject({
    variant: z
      .enum(['b0', 'b1'])
      .default('b0')
      .describe('of EfficientViT: number of blocks, and the usual width'),
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe('strides: cifar has 1 in the first layer and in the first stage, imagenet 2'),
    ...commonOptions(z, ''),
    width: z
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe('channels of the first layer; the stages double it. 8 for b0 and 16 for b1 where left out'),
  })

export type EfficientvitSettings = ReturnType<typeof efficientvitOptions>['_output']

export async function efficientvit(settings: EfficientvitSettings): Promise<Built> {
  const { classes, channels, inputSize, seed } = settings
  const variant = VARIANTS[settings.variant]
  const width = settings.width ?? variant.width
  const first = settings.stem === 'cifar' ? 1 : 2
  const graph = new GraphBuilder()
  let value = graph.node('input', 'input', [])
  value = layer(graph, 'stem.in_conv', value, { in: channels, out: width, kernel: 3, stride: first })
  for (let block = 0; block < variant.depths[0]; block++)
    value = residual(graph, `stem.res${block}`, value, main => separable(graph, main, value, width))
  for (let stage = 0; stage < 4; stage++) {
    const shape = {
      in: width * 2 ** stage,
      out: width * 2 ** (stage + 1),
      stride: stage === 0 ? first : 2,
      depth: variant.depths[stage + 1] ?? 0,
      attention: stage >= ATTENTION,
    }
    value = stageOf(graph, `stages.${stage}`, value, shape)
  }
  const hidden = variant.head.map(count => count * width)
  const output = classifier(graph, value, [16 * width, hidden[0] as number, hidden[1] as number, classes])
  return graph.build([channels, inputSize, inputSize], output, seed)
}

/** An inverted residual that changes the shape, then residuals: inverted ones alone, or each after attention. */
function stageOf(
  graph: GraphBuilder,
  name: string,
  input: string,
  shape: { in: number; out: number; stride: number; depth: number; attention: boolean },
): string {
  const { out, depth } = shape
  const norm = !shape.attention
  const local = { in: out, out, stride: 1, norm }
  let value = inverted(graph, `${name}.blocks.0.main`, input, { ...shape, norm })
  const add = (at: string, main: (name: string) => string) => {
    value = residual(graph, `${name}.blocks.${at}`, value, main)
  }
  const last = shape.attention ? depth : depth - 1
  for (let block = 1; block <= last; block++) {
    if (!shape.attention) {
      add(`${block}`, main => inverted(graph, main, value, local))
      continue
    }
    add(`${block}.context_module`, main => attention(graph, main, value, out))
    add(`${block}.local_module`, main => inverted(graph, main, value, local))
  }
  return value
}

function classifier(
  graph: GraphBuilder,
  input: string,
  [planes, wide, hidden, classes]: [number, number, number, number],
): string {
  let value = layer(graph, 'head.in_conv', input, { in: planes, out: wide, kernel: 1, stride: 1 })
  value = graph.node('adaptiveAvgPool2d', 'head.global_pool', [value], { outputSize: [1, 1] })
  value = graph.node('flatten', 'head.flatten', [value])
  value = graph.linear('head.classifier.0', value, { in: wide, out: hidden, bias: false })
  value = graph.layerNorm('head.classifier.1', value, hidden, 1e-5)
  value = graph.node('hardswish', 'head.classifier.2', [value])
  return graph.linear('head.classifier.4', value, { in: hidden, out: classes })
}
