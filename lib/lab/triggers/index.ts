// Triggers that are learned, by name. A new one is a file beside this and a line in the table.
import { parseFields } from '../../data/triggers/fields.js'
import { parse } from '../../options.js'
import { inputAwareLearner } from './input-aware.js'
import { issbaLearner } from './issba.js'
import type { Learner } from './learner.js'

export const LEARNERS: Record<string, Learner> = { 'input-aware': inputAwareLearner, issba: issbaLearner }

/** For help and messages. */
export const LEARNED = Object.keys(LEARNERS).join(' and ')

export interface Lesson {
  name: string
  learner: Learner
  /** The fields of the text, with defaults for the others. */
  own: Record<string, unknown>
}

/** Reads "issba:bits=20,epochs=5"; null for a trigger that is not learned. Throws ERR_BAD_OPTION. */
export async function readLearned(text: string): Promise<Lesson | null> {
  const [name = '', ...rest] = text.split(':')
  const learner = Object.hasOwn(LEARNERS, name) ? LEARNERS[name] : undefined
  if (!learner) return null
  const known = Object.keys((await learner.schema()).shape)
  const fields = rest.length > 0 ? parseFields(text, rest.join(':'), `${name}[:${known.join('=,')}=]`) : {}
  return { name, learner, own: await parse(`trigger ${name}`, learner.schema, fields) }
}
