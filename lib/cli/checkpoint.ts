import { Checkpoint } from '../checkpoint/checkpoint.js'

export interface KeptUntilSaved {
  /** Opened, so that verbs share it and leave it. */
  checkpoint: Checkpoint | undefined
  /** The options with it. */
  options: Record<string, unknown>
  /** Deletes it: what was made lies in its own file now. */
  saved(): Promise<void>
}

/** The work is done only once its result is saved: until then --checkpoint stays. */
export function keptUntilSaved(options: Record<string, unknown>): KeptUntilSaved {
  if (options.checkpoint === undefined) return { checkpoint: undefined, options, saved: async () => {} }
  const checkpoint = new Checkpoint(String(options.checkpoint))
  return { checkpoint, options: { ...options, checkpoint }, saved: () => checkpoint.remove() }
}
