import { parseTrigger, type Trigger } from '../../data/triggers.js'
import type { Provenance } from '../../model/facts.js'

export interface KnownAttack {
  trigger: Trigger
  target: number
}

/** The trigger and target of the lab's attack that a model's history tells of; a trigger's file lies in `folder`. */
export function attackIn(provenance: Provenance | null, folder: string): KnownAttack | null {
  if (provenance === null) return null
  const { trigger, target } = provenance.settings
  if (typeof trigger !== 'string') return attackIn(provenance.from, folder)
  return { trigger: parseTrigger(trigger, folder), target: Number(target ?? 0) }
}
