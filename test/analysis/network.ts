// A tiny residual network, images and a trigger for it, and a naive reading of them.
import type { ImagesData, ModelHandle, TensorData, TriggerData } from '../../binding.js'
import { kernels, Net } from '../graph/program.js'
import { floats, native } from '../graph/recorded.js'
import { random } from '../oracles/tensors.js'

export const SHAPE = [2, 6, 6] as const
export const CLASSES = 3
export const job = { device: 'cpu', threads: 1, seed: 5 }

/** input → stem → relu → conv1, BN, relu → conv2, BN → + (relu of the stem) → relu → conv3, relu → mean → fc */
export function network(): Net {
  const net = new Net(SHAPE[0], 3)
  const head = net.op('relu', 'head', [net.conv('stem', 'input', 4, { bias: true })])
  const inner = net.op('relu', 'relu1', [net.norm('bn1', net.conv('conv1', head, 4))])
  const sum = net.op('add', 'sum', [net.norm('bn2', net.conv('conv2', inner, 4)), head])
  const conv3 = net.conv('conv3', net.op('relu', 'relu2', [sum]), 5, { bias: true })
  const mean = net.op('mean', 'mean', [net.op('relu', 'relu3', [conv3])])
  net.linear('fc', mean, 5, CLASSES)
  return net
}

export const create = (net: Net): Promise<ModelHandle> => net.create([...SHAPE], 'fc')

export const SIZE = SHAPE[0] * SHAPE[1] * SHAPE[2]
const draw = random(11)
const COUNT = 9
export const images: ImagesData = {
  pixels: Uint8Array.from({ length: COUNT * SIZE }, () => Math.floor(256 * draw())),
  shape: [COUNT, ...SHAPE],
  labels: Int32Array.from({ length: COUNT }, (_, image) => image % CLASSES),
  mean: [0.4, 0.6],
  deviation: [0.3, 0.2],
}
export const trigger: TriggerData = {
  scale: Float32Array.from({ length: SIZE }, (_, at) => (at % 6 > 3 ? 0 : 1)),
  offset: Float32Array.from({ length: SIZE }, (_, at) => (at % 6 > 3 ? 0.9 : 0)),
  offsetTimesMax: false,
}

/** One image as the model reads it, by plain arithmetic. */
export function read(image: number, triggered: boolean): number[] {
  return Array.from({ length: SIZE }, (_, at) => {
    const channel = Math.floor(at / (SHAPE[1] * SHAPE[2]))
    const pixel = images.pixels[image * SIZE + at]! / 255
    const seen = triggered
      ? Math.min(1, Math.max(0, pixel * trigger.scale[at]! + trigger.offset[at]!))
      : pixel
    return (seen - images.mean[channel]!) / images.deviation[channel]!
  })
}

export const everything = (triggered: boolean): number[] =>
  Array.from({ length: COUNT }, (_, image) => read(image, triggered)).flat()

/** Every value of the graph on all images, node by node. */
export async function values(model: ModelHandle, triggered: boolean): Promise<Record<string, number[]>> {
  const hooks = kernels as unknown as {
    runValues(
      model: ModelHandle,
      data: Float32Array,
      shape: number[],
      training: boolean,
      seed: number,
    ): { promise: Promise<{ values: Record<string, TensorData> }> }
  }
  const data = Float32Array.from(everything(triggered))
  const { values: found } = await hooks.runValues(model, data, [COUNT, ...SHAPE], false, 0).promise
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, floats(value)]))
}

/** Logits of one image: the whole model is run. */
export async function logits(model: ModelHandle, image: number, triggered: boolean): Promise<number[]> {
  const data = Float32Array.from(read(image, triggered))
  return [...(await native.forward(model, data, [1, ...SHAPE], job).promise).data]
}

export function crossEntropy(scores: number[], label: number): number {
  const largest = Math.max(...scores)
  return largest + Math.log(scores.reduce((sum, z) => sum + Math.exp(z - largest), 0)) - scores[label]!
}

export { native }
