// Neurons: the channels of what a unit makes. Which values of the graph they are.
import { ShellacError } from '../errors.js'
import type { Model } from '../model/model.js'
import { permutation } from '../random.js'

/** A channel of a unit; inspect() lists the units. */
export interface Neuron {
  /** Name of a unit, that of its conv or linear node. */
  unit: string
  channel: number
}

/** Where the neurons of a unit are to be found: names of values. */
export interface NeuronPlace {
  unit: string
  channels: number
  /** What BN makes, or the conv or linear where it has none: before the activation function. */
  preActivation: string
  /** After the activation function; the same as preActivation where the unit has none. */
  activation: string
}

/** All units but the last, whose channels are the logits. */
export function neuronPlaces({ description: { graph, units, shapes } }: Model): NeuronPlace[] {
  return units
    .map(({ name, nodes, batchNorm }) => {
      const own = shapes[name] ?? []
      const sameShape = nodes.filter(node => shapes[node]?.join() === own.join())
      return {
        unit: name,
        channels: (own.length === 2 ? own[1] : own[0]) ?? 0,
        preActivation: batchNorm ?? name,
        activation: sameShape.at(-1) ?? name,
        makesLogits: nodes.includes(graph.output),
      }
    })
    .filter(({ makesLogits }) => !makesLogits)
    .map(({ makesLogits: _makesLogits, ...place }) => place)
}

/** `count` of the model's neurons drawn by the seed, in the order of the graph; all where there are no more. */
export function drawNeurons(model: Model, count: number, seed: number): Neuron[] {
  const all = neuronPlaces(model).flatMap(({ unit, channels }) =>
    Array.from({ length: channels }, (_, channel) => ({ unit, channel })),
  )
  const drawn = [...permutation(all.length, seed).subarray(0, count)].sort((one, other) => one - other)
  return drawn.map(index => all[index] as Neuron)
}

/** Throws ERR_BAD_OPTION for a unit or a channel that the model does not have. */
export function placeOf(model: Model, { unit, channel }: Neuron): NeuronPlace {
  const places = neuronPlaces(model)
  const place = places.find(one => one.unit === unit)
  if (place && Number.isInteger(channel) && channel >= 0 && channel < place.channels) return place
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: `neuron ${channel} of unit ${JSON.stringify(unit)}`,
    found: place ? `a unit of ${place.channels} channels` : 'no such unit',
    expected: place
      ? `channel 0 to ${place.channels - 1}`
      : `one of ${places.map(({ unit: name }) => name).join(', ')}`,
  })
}
