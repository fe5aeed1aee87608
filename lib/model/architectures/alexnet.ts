// AlexNet (Krizhevsky et al., 2012; one tower, as Krizhevsky, 2014) with torchvision's parameter names, so that its state
// dicts fit.
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { commonOptions } from './options.js'

export const alexnetOptions = (z: Z) =>
  z.strictObject({
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe(
        'cifar: first layer 3×3 with stride 2, pools 2×2, a 2×2 grid of features; imagenet: 11×11 with stride 4, 3×3, 6×6',
      ),
    ...commonOptions(z, 'channels of the first layer; the others have 3, 6, 4 and 4 times as many'),
  })

export type AlexnetSettings = ReturnType<typeof alexnetOptions>['_output']

interface Layer {
  /** Where torchvision's features have it. */
  at: number
  /** Channels over those of the first layer. */
  out: number
  kernel: number
  pool: boolean
}

const LAYERS: Layer[] = [
  { at: 3, out: 3, kernel: 5, pool: true },
  { at: 6, out: 6, kernel: 3, pool: false },
  { at: 8, out: 4, kernel: 3, pool: false },
  { at: 10, out: 4, kernel: 3, pool: true },
]
const STEMS = {
  cifar: { first: { kernel: 3, stride: 2, padding: 1 }, pool: 2, largest: 3, grid: 2 },
  imagenet: { first: { kernel: 11, stride: 4, padding: 2 }, pool: 3, largest: 5, grid: 6 },
}

export async function alexnet(settings: AlexnetSettings): Promise<Built> {
  const { width, classes, channels, inputSize, seed } = settings
  const stem = STEMS[settings.stem]
  const graph = new GraphBuilder()
  const pool = (at: number, input: string) =>
    graph.node('maxPool2d', `features.${at}`, [input], {
      kernel: [stem.pool, stem.pool],
      stride: [2, 2],
      padding: [0, 0],
    })
  let value = graph.node('input', 'input', [])
  value = graph.conv('features.0', value, { in: channels, out: width, ...stem.first, bias: true })
  value = pool(2, graph.node('relu', 'features.1', [value]))
  let planes = width
  for (const { at, ...layer } of LAYERS) {
    const kernel = Math.min(layer.kernel, stem.largest)
    const shape = { in: planes, out: layer.out * width, kernel, stride: 1, bias: true }
    value = graph.conv(`features.${at}`, value, shape)
    value = graph.node('relu', `features.${at + 1}`, [value])
    if (layer.pool) value = pool(at + 2, value)
    planes = shape.out
  }
  const output = classifier(graph, value, { planes, grid: stem.grid, hidden: 64 * width, classes })
  return graph.build([channels, inputSize, inputSize], output, seed)
}

function classifier(
  graph: GraphBuilder,
  input: string,
  shape: { planes: number; grid: number; hidden: number; classes: number },
): string {
  const { planes, grid, hidden, classes } = shape
  let value = graph.node('adaptiveAvgPool2d', 'avgpool', [input], { outputSize: [grid, grid] })
  value = graph.node('flatten', 'flatten', [value])
  for (const [at, features] of [
    [0, planes * grid ** 2],
    [3, hidden],
  ] as const) {
    value = graph.node('dropout', `classifier.${at}`, [value], { p: 0.5 })
    value = graph.linear(`classifier.${at + 1}`, value, { in: features, out: hidden })
    value = graph.node('relu', `classifier.${at + 2}`, [value])
  }
  return graph.linear('classifier.6', value, { in: hidden, out: classes })
}
