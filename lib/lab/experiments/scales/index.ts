import type { Experiment, Scale, ScaleName } from '../schema.js'
import { paper } from './paper.js'
import { small } from './small.js'
import { smoke } from './smoke.js'

export const SCALE_SETTINGS: Record<ScaleName, Scale> = { smoke, small, paper }

/** The scale of that name with what the experiment has its own: entry by entry, options by name are merged. */
export function scaleOf({ scales }: Pick<Experiment, 'scales'>, name: ScaleName): Scale {
  return merge(SCALE_SETTINGS[name], scales[name] ?? {}) as Scale
}

function merge(usual: unknown, own: unknown): unknown {
  if (own === undefined) return usual
  if (!isPlain(usual) || !isPlain(own)) return own
  const keys = new Set([...Object.keys(usual), ...Object.keys(own)])
  return Object.fromEntries([...keys].map(key => [key, merge(usual[key], own[key])]))
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
