import { basename, resolve } from 'node:path'
import type { TriggerData } from '../../../binding.js'
import { ShellacError } from '../../errors.js'
import { loadModel } from '../../model/load.js'
import type { Model } from '../../model/model.js'
import { badTrigger, checkFields, textOf } from './fields.js'
import { additive, type ImageShape, type Trigger } from './trigger.js'

export interface NetworkOptions {
  /** A model file: it reads images of 0 .. 1, and what it gives is the same images with the trigger on, flattened. */
  file: string
}

export const networkFields = { file: { path: true } } as const

/**
 * A trigger that is a network, x' = clip(net(x), 0, 1): what the attacks input-aware and issba learn, and write beside
 * their model.
 *
 * @param folder where a relative path begins; the working directory where it is left out
 * @throws ERR_BAD_OPTION; load() and the verbs: as loadModel(), and ERR_BAD_MODEL for a network that gives no image
 * @example triggers.network({ file: 'model.trigger.safetensors' })
 */
export function network(options: NetworkOptions, folder = ''): Trigger {
  const values = checkFields('network', networkFields, options)
  if (values.file === undefined) throw badTrigger('option "file" of network()', 'nothing', 'a path')
  const path = resolve(folder, values.file)
  let reading: Promise<Model> | undefined
  let read: Model | undefined
  return {
    text: textOf('network', values),
    load: async () => {
      reading ??= loadModel(path)
      read = await reading
      return read
    },
    on: shape => {
      if (!read) throw notRead(path)
      return networkOn(read, shape)
    },
  }
}

/** How the text form names a learned trigger that lies in that file, for a model beside it. */
export const networkBeside = (path: string): string => textOf('network', { file: basename(path) })

/** A network as a trigger for images of that shape. Throws ERR_BAD_MODEL where it gives no such images. */
export function networkOn(model: Model, shape: ImageShape): TriggerData {
  const size = shape.reduce((product, length) => product * length, 1)
  if (model.inputShape.join() !== shape.join() || model.outputs !== size) throw noTrigger(model, shape, size)
  return { ...additive(shape, 1, new Float32Array(size)), network: model.handle }
}

const notRead = (path: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `trigger network ${path}`,
    found: 'its file was not read yet',
    expected: 'a trigger after load()',
    remedy: 'await trigger.load() before on()',
  })

const noTrigger = ({ name, inputShape, outputs }: Model, shape: ImageShape, size: number): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `trigger network ${name}`,
    found: `input [${inputShape}] and ${outputs} outputs`,
    expected: `input [${shape}] and ${size} outputs, the image with the trigger on it`,
    remedy: 'take the trigger that was learned on images of that shape',
  })
