import { ShellacError } from '../../errors.js'
import { architectureNames } from './index.js'

/** An architecture as a command line writes it. */
export const ARCHITECTURE_TEXT = 'NAME[:OPTION=VALUE,...]'

/** Reads "resnet18:width=8,classes=10"; whether the options exist is for the architecture to say. Throws ERR_BAD_OPTION. */
export function parseArchitecture(text: string): Record<string, unknown> {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const fields = colon < 0 ? [] : text.slice(colon + 1).split(',')
  return { ...Object.fromEntries(fields.map(field => option(text, field))), name }
}

function option(text: string, field: string): [string, unknown] {
  const [key, value, ...more] = field.split('=')
  if (key && value && more.length === 0) return [key, fieldValue(value)]
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: 'option "architecture"',
    found: JSON.stringify(text),
    expected: `${ARCHITECTURE_TEXT}, NAME one of ${architectureNames.join(', ')}`,
    remedy: 'write it like resnet18:width=8,classes=10',
  })
}

function fieldValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isNaN(Number(text)) ? text : Number(text)
}
