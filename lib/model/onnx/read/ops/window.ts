// Windows of Conv and the pools: pads, strides, dilations, as the file says them.
import type { Call } from '../call.js'

export interface Window {
  kernel: [number, number]
  stride: [number, number]
  dilation: [number, number]
  /** top, left, bottom, right */
  pads: [number, number, number, number]
}

export function windowOf(call: Call, kernel: readonly number[], image: readonly number[]): Window {
  const two = (name: string): [number, number] => {
    const values = call.attributes.integers(name) ?? [1, 1]
    if (values.length !== 2 || values.some(value => value < 1 || value > 65_536)) {
      throw call.bad(`${name} [${values}]`, 'two positive numbers: height and width')
    }
    return values as [number, number]
  }
  if (kernel.length !== 2 || kernel.some(size => !(size >= 1 && size <= 65_536))) {
    throw call.bad(`a kernel of [${kernel}]`, 'two positive numbers: height and width')
  }
  const window = { kernel: kernel as [number, number], stride: two('strides'), dilation: two('dilations') }
  return { ...window, pads: padsOf(call, window, image) }
}

function padsOf(call: Call, { kernel, stride, dilation }: Omit<Window, 'pads'>, image: readonly number[]) {
  const auto = call.attributes.text('auto_pad', 'NOTSET')
  if (auto === 'NOTSET' || auto === '') {
    const pads = call.attributes.integers('pads') ?? [0, 0, 0, 0]
    if (pads.length === 4 && pads.every(pad => pad >= 0 && pad <= 65_536)) return pads as Window['pads']
    throw call.bad(`pads [${pads}]`, 'four numbers from 0')
  }
  if (auto === 'VALID') return [0, 0, 0, 0] as Window['pads']
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER')
    throw call.bad(`auto_pad ${auto}`, 'NOTSET, VALID or SAME_...')
  const [begin, end]: [number[], number[]] = [[], []]
  for (const axis of [0, 1] as const) {
    const size = image[axis + 1] ?? 1
    const reach = dilation[axis] * (kernel[axis] - 1) + 1
    const all = Math.max((Math.ceil(size / stride[axis]) - 1) * stride[axis] + reach - size, 0)
    const less = Math.floor(all / 2)
    begin.push(auto === 'SAME_UPPER' ? less : all - less)
    end.push(auto === 'SAME_UPPER' ? all - less : less)
  }
  return [...begin, ...end] as Window['pads']
}

/** Sizes of what the window makes when sizes are rounded down. */
export const slid = (
  { kernel, stride, dilation, pads }: Window,
  image: readonly number[],
): [number, number] =>
  [0, 1].map(axis => {
    const size = (image[axis + 1] ?? 0) + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0)
    const reach = (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1
    return Math.floor((size - reach) / (stride[axis] ?? 1)) + 1
  }) as [number, number]

/** The same when sizes are rounded up, with windows that begin behind the image left out, as PyTorch has it. */
export const slidUp = (window: Window, image: readonly number[]): [number, number] =>
  [0, 1].map(axis => {
    const stride = window.stride[axis] ?? 1
    const size = image[axis + 1] ?? 0
    const begin = window.pads[axis] ?? 0
    const reach = (window.dilation[axis] ?? 1) * ((window.kernel[axis] ?? 1) - 1) + 1
    const steps = Math.ceil((size + begin + (window.pads[axis + 2] ?? 0) - reach) / stride)
    return (steps * stride >= size + begin ? steps - 1 : steps) + 1
  }) as [number, number]
