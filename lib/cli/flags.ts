// Flags from schemas: an option of the API is a flag of the command, with its range and default in the help.
import { type Command, Option } from 'commander'
import type * as zod from 'zod'
import type { LazySchema } from '../options.js'

interface Property {
  type?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  anyOf?: Property[]
  items?: Property
  minimum?: number
  maximum?: number
  codeOnly?: boolean
}

export interface Flags {
  /** Adds the flags to a command. */
  addTo(command: Command): void
  /** The options that the user gave, as the API takes them. */
  read(values: Record<string, unknown>): Record<string, unknown>
}

export interface FlagChoice {
  only?: readonly string[]
  except?: readonly string[]
}

/** The options of a schema as flags; those that only code can give are left out. */
export async function flagsOf(
  lazy: LazySchema<zod.ZodObject>,
  { only, except = [] }: FlagChoice = {},
): Promise<Flags> {
  const properties = (await propertiesOf(lazy)).filter(
    ([name]) => (only?.includes(name) ?? true) && !except.includes(name),
  )
  return {
    addTo: command => {
      for (const [name, property] of properties)
        for (const option of optionsOf(name, property)) command.addOption(option)
    },
    read: values =>
      Object.fromEntries(
        properties.flatMap(([name, property]) =>
          Object.hasOwn(values, name) && values[name] !== undefined
            ? [[name, coerce(values[name], property)]]
            : [],
        ),
      ),
  }
}

/** Name and description of every option that a command line or a table in the docs can show. */
export function propertiesOf(lazy: LazySchema<zod.ZodObject>): Promise<[string, Property][]> {
  const known = properties.get(lazy) ?? readProperties(lazy)
  properties.set(lazy, known)
  return known
}

/** Many commands share a schema, and each is read for the help of all. */
const properties = new WeakMap<LazySchema<zod.ZodObject>, Promise<[string, Property][]>>()

async function readProperties(lazy: LazySchema<zod.ZodObject>): Promise<[string, Property][]> {
  const { z } = await import('zod')
  const schema = z.toJSONSchema(await lazy(), { io: 'input', unrepresentable: 'any' })
  const found = (schema.properties ?? {}) as Record<string, Property>
  return Object.entries(found).filter(([, property]) => !property.codeOnly)
}

function optionsOf(name: string, property: Property): Option[] {
  const flag = kebab(name)
  const text = describe(property)
  if (property.type !== 'boolean') return [new Option(`--${flag} <${placeholder(property)}>`, text)]
  if (property.default !== true) return [new Option(`--${flag}`, text)]
  return [new Option(`--${flag}`, text), new Option(`--no-${flag}`, `not: ${property.description ?? name}`)]
}

function describe(property: Property): string {
  const range = rangeOf(property)
  const usual = property.default === undefined ? '' : ` (default: ${plain(property.default)})`
  return `${property.description ?? ''}${range ? `; ${range}` : ''}${usual}`
}

/** "2..8", "mse|minmax", "2..8|none"; empty where there is nothing to say. */
export function rangeOf({ anyOf, enum: values, const: only, minimum, maximum, items }: Property): string {
  if (anyOf) return anyOf.map(rangeOf).join('|')
  if (items) return rangeOf(items)
  if (values) return values.join('|')
  if (only !== undefined) return String(only)
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  if (minimum !== undefined && bounded) return `${minimum}..${maximum}`
  return minimum !== undefined && minimum > 0 ? `at least ${minimum}` : ''
}

const plain = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))

function placeholder({ type, enum: values, anyOf, items }: Property): string {
  if (items) return `${placeholder(items)},...`
  if (type === 'integer' || type === 'number' || anyOf) return 'n'
  return values ? 'name' : 'text'
}

/** Text to what the schema takes; what is no number stays text, so that the schema can complain about it. */
function coerce(value: unknown, property: Property): unknown {
  if (typeof value !== 'string') return value
  const { items } = property
  if (items) return value.split(',').map(part => coerce(part, items))
  if (!isNumeric(property)) return value
  const number = Number(value)
  return value.trim() === '' || Number.isNaN(number) ? value : number
}

const isNumeric = ({ type, anyOf }: Property): boolean =>
  type === 'integer' || type === 'number' || (anyOf?.some(isNumeric) ?? false)

export const kebab = (name: string): string => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
