// VGG19 with BN (Simonyan and Zisserman, 2015) with torchvision's parameter names, so that its state dicts fit.
import type { Z } from '../../options.js'
import { type Built, GraphBuilder } from './architecture.js'
import { commonOptions } from './options.js'

export const vgg19BnOptions = (z: Z) =>
  z.strictObject({
    stem: z
      .enum(['cifar', 'imagenet'])
      .default('cifar')
      .describe(
        'classifier: cifar is one linear layer on pooled features, imagenet three on a 7×7 grid of them',
      ),
    ...commonOptions(z, 'channels of the first stage; the later ones have 2, 4, 8 and 8 times as many'),
  })

export type Vgg19BnSettings = ReturnType<typeof vgg19BnOptions>['_output']

/** Convolutions of each stage, and its channels over those of the first. A max-pool ends a stage. */
const STAGES: [number, number][] = [
  [2, 1],
  [2, 2],
  [4, 4],
  [4, 8],
  [4, 8],
]

export async function vgg19Bn(settings: Vgg19BnSettings): Promise<Built> {
  const { stem, width, classes, channels, inputSize, seed } = settings
  const graph = new GraphBuilder()
  let value = graph.node('input', 'input', [])
  let planes = channels
  let index = 0 // torchvision numbers all layers of its features, those without parameters too
  for (const [convolutions, factor] of STAGES) {
    for (let at = 0; at < convolutions; at++, index += 3) {
      const shape = { in: planes, out: width * factor, kernel: 3, stride: 1 }
      value = graph.conv(`features.${index}`, value, { ...shape, bias: true })
      value = graph.batchNorm(`features.${index + 1}`, value, shape.out)
      value = graph.node('relu', `features.${index + 2}`, [value])
      planes = shape.out
    }
    const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }
    value = graph.node('maxPool2d', `features.${index++}`, [value], pool)
  }
  const output = classifier(graph, value, { stem, planes, hidden: 64 * width, classes })
  return graph.build([channels, inputSize, inputSize], output, seed)
}

function classifier(
  graph: GraphBuilder,
  input: string,
  shape: { stem: Vgg19BnSettings['stem']; planes: number; hidden: number; classes: number },
): string {
  const { planes, hidden, classes } = shape
  const grid = shape.stem === 'cifar' ? 1 : 7
  let value = graph.node('adaptiveAvgPool2d', 'avgpool', [input], { outputSize: [grid, grid] })
  value = graph.node('flatten', 'flatten', [value])
  if (shape.stem === 'cifar') return graph.linear('classifier', value, { in: planes, out: classes })
  for (const [index, features] of [
    [0, planes * grid ** 2],
    [3, hidden],
  ] as const) {
    value = graph.linear(`classifier.${index}`, value, { in: features, out: hidden })
    value = graph.node('relu', `classifier.${index + 1}`, [value])
    value = graph.node('dropout', `classifier.${index + 2}`, [value], { p: 0.5 })
  }
  return graph.linear('classifier.6', value, { in: hidden, out: classes })
}
