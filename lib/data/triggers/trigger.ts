import type { TriggerData } from '../../../binding.js'
import type { Model } from '../../model/model.js'

/** [channels, height, width] */
export type ImageShape = readonly [number, number, number]

/** What an attacker does to an image: x' = clip(scale ⊙ warp(net(x)) + offset · m, 0, 1). */
export interface Trigger {
  /** As the command line writes it: "square:size=6,margin=1,value=1". */
  readonly text: string
  /** For images of that shape. Throws ERR_BAD_OPTION where the trigger does not fit on them. */
  on(shape: ImageShape): TriggerData
  /** Of a learned trigger: reads its file, once; on() works afterwards. */
  load?(): Promise<Model>
}

/** The trigger on images of that shape, read from its file first where it lies in one. */
export async function triggerOn(trigger: Trigger, shape: ImageShape): Promise<TriggerData> {
  await trigger.load?.()
  return trigger.on(shape)
}

/** The same addition to every image: x' = clip(keep · x + offset, 0, 1). */
export function additive(shape: ImageShape, keep: number, offset: Float32Array): TriggerData {
  const [channels, height, width] = shape
  return { scale: new Float32Array(channels * height * width).fill(keep), offset, offsetTimesMax: false }
}

/** Values [channels, height, width] of a function of channel, row and column. */
export function painted(
  [channels, height, width]: ImageShape,
  value: (channel: number, row: number, column: number) => number,
): Float32Array {
  return Float32Array.from({ length: channels * height * width }, (_, at) =>
    value(Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width),
  )
}
