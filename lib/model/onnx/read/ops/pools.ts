import type { Call, Lower } from '../call.js'
import { unsupported } from '../refuse.js'
import { channelMean } from './layer-norm.js'
import { slid, slidUp, type Window, windowOf } from './window.js'

export const maxPool: Lower = call => {
  if (call.node.output.filter(name => name !== '').length > 1) {
    throw unsupported(call.node, 'the indices of the maxima', 'MaxPool with one output')
  }
  return pool(call, 'maxPool2d', true, {})
}

export const averagePool: Lower = call => {
  const counts = call.attributes.integer('count_include_pad', 0) === 1
  return pool(call, 'avgPool2d', !counts, { countIncludePad: counts })
}

/** free: padding takes no part, so that more of it at the end is nothing but sizes rounded up. */
function pool(call: Call, op: string, free: boolean, attributes: Record<string, boolean>) {
  const input = call.image(0)
  const window = windowOf(call, call.attributes.integers('kernel_shape') ?? [], input.shape)
  const up = call.attributes.integer('ceil_mode', 0) === 1
  const [top, left, bottom, right] = window.pads
  const even: Window = { ...window, pads: [top, left, top, left] }
  const wanted = up ? slidUp(window, input.shape) : slid(window, input.shape)
  const uneven = top !== bottom || left !== right
  const down = same(wanted, slid(even, input.shape))
  if ((uneven && !free) || (!down && !same(wanted, slidUp(even, input.shape)))) {
    throw unsupported(call.node, `pads [${window.pads}]`, 'the same padding at both ends')
  }
  if (op === 'avgPool2d' && window.dilation.some(step => step !== 1)) {
    throw unsupported(call.node, `dilations [${window.dilation}]`, 'AveragePool without dilation')
  }
  return call.builder.add(call.name, op, [input], [input.shape[0] ?? 0, ...wanted], {
    attributes: {
      kernel: window.kernel,
      stride: window.stride,
      padding: [top, left],
      ...(op === 'maxPool2d' ? { dilation: window.dilation } : {}),
      ceilMode: !down,
      ...attributes,
    },
  })
}

const same = (one: readonly number[], other: readonly number[]) => one.every((size, at) => size === other[at])

export const globalAveragePool: Lower = call => {
  const input = call.image(0)
  const shape = [input.shape[0] ?? 0, 1, 1]
  return call.builder.add(call.name, 'adaptiveAvgPool2d', [input], shape, {
    attributes: { outputSize: [1, 1] },
  })
}

export const reduceMean: Lower = call => {
  const axes = call.has(1) ? [...call.numbers(1).values] : (call.attributes.integers('axes') ?? [])
  const statistic = channelMean(call, axes)
  if (statistic) return statistic
  const input = call.feature(0)
  const spatial = input.layout === 'nchw' ? '2,3' : '1,2'
  const found = axes.map(axis => (axis < 0 ? axis + 4 : axis)).sort((one, other) => one - other)
  if (input.shape.length !== 3 || found.join() !== spatial) {
    throw unsupported(call.node, `axes [${axes}] of [n, ${input.shape}]`, 'the mean over height and width')
  }
  const keepDimensions = call.attributes.integer('keepdims', 1) === 1
  const [channels = 0] = input.shape
  const shape = keepDimensions ? [channels, 1, 1] : [channels]
  return call.builder.add(call.name, 'mean', [input], shape, { attributes: { keepDimensions } })
}

/** Zeros around an image: the next Conv takes them. */
export const pad: Lower = call => {
  const input = call.image(0)
  const pads = call.has(1) ? call.numbers(1).values : (call.attributes.integers('pads') ?? [])
  const zeros = call.attributes.text('mode', 'constant') === 'constant' && call.scalar(2, 0) === 0
  const [n, c, top = 0, left = 0, n2, c2, bottom = 0, right = 0] = pads
  const others = [n, c, n2, c2].some(size => size !== 0)
  const sizes = [top, left, bottom, right] as [number, number, number, number]
  if (
    call.has(3) ||
    pads.length !== 8 ||
    others ||
    !zeros ||
    sizes.some(size => !(size >= 0 && size <= 65_536))
  ) {
    throw unsupported(
      call.node,
      `pads [${pads}], ${call.attributes.text('mode', 'constant')}`,
      'zeros around an image',
    )
  }
  return sizes.every(size => size === 0) ? { ...input, alias: true } : { ...input, alias: true, pad: sizes }
}
