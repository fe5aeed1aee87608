// The options of a trigger: read from its text form, checked, and written back.
import { ShellacError } from '../../errors.js'
import { show } from '../../options.js'

export interface NumberField {
  min: number
  max: number
  integer?: boolean
  /** A word that stands for a number. */
  word?: string
}
export type Field = NumberField | { path: true }
export type Fields = Record<string, Field>
export type Values = Record<string, number | string | undefined>

/** The options in the order of `fields`. Throws ERR_BAD_OPTION, naming the option and the trigger's maker. */
export function checkFields<V extends object>(name: string, fields: Fields, options: V): V {
  const unknown = Object.keys(options).find(key => !Object.hasOwn(fields, key))
  if (unknown)
    throw badTrigger(`options of ${name}()`, `unknown option "${unknown}"`, Object.keys(fields).join(', '))
  const given = options as Values
  const values = Object.keys(fields).map(key => [key, given[key]] as const)
  for (const [key, value] of values) {
    const field = fields[key] as Field
    if (value !== undefined && !fits(field, value))
      throw badTrigger(`option "${key}" of ${name}()`, show(value), expected(field))
  }
  return Object.fromEntries(values) as V
}

function fits(field: Field, value: number | string): boolean {
  if ('path' in field) return typeof value === 'string' && value !== ''
  const { min, max, integer, word } = field
  if (typeof value !== 'number') return value === word
  return value >= min && value <= max && (!integer || Number.isInteger(value))
}

function expected(field: Field): string {
  if ('path' in field) return 'a path, such as ./trigger.safetensors'
  const { min, max, integer, word } = field
  const range = `${integer ? 'an integer' : 'a number'} from ${min} to ${max}`
  return word ? `${range}, or "${word}"` : range
}

/** "square:size=6,margin=1"; the name alone where nothing was given. */
export function textOf(name: string, values: object): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return given.length === 0 ? name : `${name}:${given.map(([key, value]) => `${key}=${value}`).join(',')}`
}

/** "size=6,margin=1" to an object; `grammar` is what the error shows. A value may hold "=", but no comma. */
export function parseFields(text: string, fields: string, grammar: string): Values {
  return Object.fromEntries(
    fields.split(',').map(field => {
      const equals = field.indexOf('=')
      const [key, value] = [field.slice(0, equals), field.slice(equals + 1)]
      if (equals < 1 || value === '') throw badTrigger('option "trigger"', JSON.stringify(text), grammar)
      const number = Number(value)
      return [key, Number.isNaN(number) ? value : number]
    }),
  )
}

export const badTrigger = (thing: string, found: string, expected: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', { thing, found, expected })
