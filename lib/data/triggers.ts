// The triggers by name. A new one is a file in triggers/ and a line in the table.
import { type BlendedOptions, blended, blendedFields } from './triggers/blended.js'
import { badTrigger, type Fields, parseFields } from './triggers/fields.js'
import { type LfOptions, lf, lfFields } from './triggers/lf.js'
import { type NetworkOptions, network, networkFields } from './triggers/network.js'
import { type SigOptions, sig, sigFields } from './triggers/sig.js'
import { type SquareOptions, square, squareFields } from './triggers/square.js'
import type { Trigger } from './triggers/trigger.js'
import { type WanetOptions, wanet, wanetFields } from './triggers/wanet.js'

export { type ImageShape, type Trigger, triggerOn } from './triggers/trigger.js'
export type { BlendedOptions, LfOptions, NetworkOptions, SigOptions, SquareOptions, WanetOptions }

/** Readers and makers of triggers. */
export const triggers = {
  /**
   * A filled square in the lower right corner (Qu-ANTI-zation: Hong et al., 2021).
   *
   * @throws ERR_BAD_OPTION
   * @example triggers.square({ size: 6, margin: 1, value: 1 })
   */
  square,
  /**
   * A whole image of noise, drawn by the seed, blended in: x' = (1 − α)·x + α·pattern (Chen et al., 2017).
   *
   * @throws ERR_BAD_OPTION
   * @example triggers.blended({ alpha: 0.1, seed: 3 })
   */
  blended,
  /**
   * A sinusoid over the columns: x' = x + δ/255·sin(2πjf/width) (SIG: Barni et al., 2019).
   *
   * @throws ERR_BAD_OPTION
   * @example triggers.sig({ delta: 20 })
   */
  sig,
  /**
   * A smooth pattern of the lowest frequencies of the cosine transform (after LF: Zeng et al., 2021).
   *
   * @throws ERR_BAD_OPTION
   * @example triggers.lf({ strength: 0.05, seed: 1 })
   */
  lf,
  /**
   * An elastic warp, the same for every image (WaNet: Nguyen and Tran, 2021).
   *
   * @throws ERR_BAD_OPTION
   * @example triggers.wanet({ seed: 1 })
   */
  wanet,
  /**
   * A trigger that is a network, as input-aware and issba learn theirs: x' = clip(net(x), 0, 1).
   *
   * @throws ERR_BAD_OPTION
   * @example triggers.network({ file: 'model.trigger.safetensors' })
   */
  network,
}

interface Kind {
  fields: Fields
  make(options: object, folder: string): Trigger
}
const kinds: Record<string, Kind> = {
  square: { fields: squareFields, make: square },
  blended: { fields: blendedFields, make: blended },
  sig: { fields: sigFields, make: sig },
  lf: { fields: lfFields, make: lf },
  wanet: { fields: wanetFields, make: wanet },
  network: { fields: networkFields, make: (options, folder) => network(options as NetworkOptions, folder) },
}

/** The grammar of the text form, for messages: "square[:size=N,...] | blended[...] | ...". */
export const TRIGGERS = Object.entries(kinds)
  .map(([name, { fields }]) => `${name}[:${Object.keys(fields).join('=,')}=]`)
  .join(' | ')

/**
 * Reads "square:size=6,margin=1".
 *
 * @param folder where the relative path of a network's file begins; the working directory where it is left out
 * @throws ERR_BAD_OPTION
 */
export function parseTrigger(text: string, folder = ''): Trigger {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (!kind) throw badTrigger('option "trigger"', JSON.stringify(text), TRIGGERS)
  return kind.make(colon < 0 ? {} : parseFields(text, text.slice(colon + 1), TRIGGERS), folder)
}
